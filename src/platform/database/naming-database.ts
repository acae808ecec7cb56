import type { DatabaseConfig } from '../config/config.js';
import { StartFault } from '../config/start-fault.js';

const notOurs = 'which this process may not write';
const noWay = 'to which there is no way';
const broken = 'which broke the connection off';
const noDatabase = 'which is no SQLite database';
const full = 'where the disk is full';
const readOnly = 'where nothing may be written';

/** Why a file or server cannot be used, in words that follow its name. */
const reasons: Record<string, string> = {
  ECONNREFUSED: 'where nothing listens',
  ECONNRESET: broken,
  PROTOCOL_CONNECTION_LOST: broken,
  ETIMEDOUT: 'which does not answer',
  PROTOCOL_SEQUENCE_TIMEOUT: 'which does not answer',
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  ENOTFOUND: 'a name that nobody knows',
  EAI_AGAIN: 'a name that cannot be looked up at the moment',
  ER_ACCESS_DENIED_ERROR: 'which refuses user or password, or wants TLS (DATABASE_TLS)',
  ER_DBACCESS_DENIED_ERROR: 'which lets the user into no such database',
  ER_BAD_DB_ERROR: 'which has no such database',
  ER_HOST_NOT_PRIVILEGED: 'which lets nobody in from this address',
  ER_CON_COUNT_ERROR: 'which has no connection left',
  ER_SECURE_TRANSPORT_REQUIRED: 'which wants TLS: set DATABASE_TLS to true',
  HANDSHAKE_NO_SSL_SUPPORT: 'which speaks no TLS, though DATABASE_TLS is true',
  HANDSHAKE_SSL_ERROR:
    'whose certificate DATABASE_TLS cannot verify: NODE_EXTRA_CA_CERTS names a CA of yours',
  ER_OPTION_PREVENTS_STATEMENT: readOnly,
  ER_DISK_FULL: full,
  EACCES: notOurs,
  EPERM: notOurs,
  EROFS: readOnly,
  ENOSPC: full,
  ENOTDIR: 'whose folder is a file',
  EEXIST: 'whose folder is a file',
  ENOENT: 'whose folder cannot be made',
  SQLITE_CANTOPEN: notOurs,
  SQLITE_READONLY: notOurs,
  SQLITE_FULL: full,
  SQLITE_BUSY: 'which another process holds',
  SQLITE_NOTADB: noDatabase,
  SQLITE_CORRUPT: noDatabase,
};

/**
 * Works on a database, and says of one that cannot be used where it is, and why.
 * @throws StartFault; what is no failure of that kind comes as it is
 */
export async function namingDatabase<Result>(
  config: DatabaseConfig,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof StartFault || !Object.hasOwn(reasons, code)) throw error;
    throw new StartFault('DATABASE_URL', `${nameOf(config)}, ${reasons[code]}`, code, error);
  }
}

/** libsql has no code for a file that it cannot open, only SQLite's number in its words. */
function codeOf(error: unknown): string {
  const { code, message, driverError }: { code?: unknown; message?: unknown; driverError?: unknown } =
    typeof error === 'object' && error !== null ? error : {};
  if (driverError) return codeOf(driverError);
  if (/Unable to open connection to local database .*: 14\b/s.test(String(message))) return 'SQLITE_CANTOPEN';
  return typeof code === 'string' ? code : '';
}

function nameOf(config: DatabaseConfig): string {
  if (config.kind === 'sqlite') return `names the file ${config.file}`;
  const { name, user, host, port } = config;
  return `or DATABASE_HOST names, for the database ${name} and the user ${user}, ${host}:${port}`;
}
