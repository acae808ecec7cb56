export interface NetworkFault {
  /** The system's or the driver's own name for it: never a message, which may quote what was sent. */
  code: string;
  kind: 'host-unknown' | 'unreachable' | 'certificate' | 'no-tls' | 'other';
}

const unknownHost = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME']);
const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EPIPE',
  'ETIMEDOUT',
  'EACCES',
  'EPERM',
  'TimeoutError',
  'AbortError',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
  'PROTOCOL_CONNECTION_LOST',
]);
const noTls = new Set(['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG']);
const certificate = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL|SIGNATURE/;

/** Why a connection failed, by the error and what caused it. */
export function networkFault(error: unknown): NetworkFault {
  const code = codeOf(error);
  return { code, kind: kindOf(code) };
}

function kindOf(code: string): NetworkFault['kind'] {
  if (unknownHost.has(code)) return 'host-unknown';
  if (unreachable.has(code)) return 'unreachable';
  if (noTls.has(code)) return 'no-tls';
  return certificate.test(code) ? 'certificate' : 'other';
}

interface Failure {
  code?: unknown;
  name?: unknown;
  cause?: unknown;
}

/** Wrappers such as fetch's TypeError keep the code in what caused them. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { code, name, cause }: Failure = error;
  if (typeof code === 'string') return code;
  return cause ? codeOf(cause) : String(name);
}
