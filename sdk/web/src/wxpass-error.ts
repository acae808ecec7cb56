/** Why a session ended, in the service's words (`data.reason` of `session_ended`). */
export const endReasons = [
  'logged_out',
  'revoked',
  'kicked',
  'replaced',
  'expired',
  'refresh_token_reused',
  'password_changed',
  'user_locked',
  'user_erased',
  'merged',
  'authorization_cancelled',
] as const;
export type EndReason = (typeof endReasons)[number];

interface Failure {
  /** The service's stable name of the error; `network_error` where nothing was answered. */
  error: string;
  message: string;
  status?: number;
  code?: number;
  data?: unknown;
  traceId?: string;
  retryAfterMs?: number;
  cause?: unknown;
}

/** What the service, or the way to it, answered instead of what was asked. */
export class WxpassError extends Error {
  override readonly name = 'WxpassError';
  readonly error: string;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  readonly code: number | undefined;
  readonly data: unknown;
  /** What to tell the operator. */
  readonly traceId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor({ error, message, status = 0, code, data, traceId, retryAfterMs, cause }: Failure) {
    super(message, { cause });
    this.error = error;
    this.status = status;
    this.code = code;
    this.data = data;
    this.traceId = traceId;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request may succeed a little later. */
  get mayPass(): boolean {
    return this.error === 'network_error' || this.status === 429 || this.status >= 500;
  }
}

export function mayPass(error: unknown): error is WxpassError {
  return error instanceof WxpassError && error.mayPass;
}

/** Any error as one of ours. */
export function toWxpassError(error: unknown): WxpassError {
  if (error instanceof WxpassError) return error;
  return new WxpassError({ error: 'internal_error', message: String(error), cause: error });
}
