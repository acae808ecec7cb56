import { AppError } from '../errors/app-error.js';

const unavailable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'HANDSHAKE_NO_SSL_SUPPORT',
  'HANDSHAKE_SSL_ERROR',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'POOL_TIMEOUT',
  'POOL_CLOSED',
  'POOL_NONEONLINE',
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_NEW_ABORTING_CONNECTION',
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_BAD_DB_ERROR',
  'ER_NO_SUCH_TABLE',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  'ER_QUERY_INTERRUPTED',
  'ER_STATEMENT_TIMEOUT',
  'ER_QUERY_TIMEOUT',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
]);

const lostConnection =
  /closed state|Connection lost|connection is in closed|Can't add new command|Pool is closed/i;

interface Coded {
  code?: unknown;
  message?: unknown;
  driverError?: Coded;
}

/** dependency_unavailable where the database could not be asked or could not carry the query out; else nothing. */
export function databaseFault(thrown: unknown): AppError | undefined {
  const error = driverError(thrown);
  const code = typeof error?.code === 'string' ? error.code : '';
  const lost = typeof error?.message === 'string' && lostConnection.test(error.message);
  if (!lost && !unavailable.has(code) && !code.startsWith('SQLITE_IOERR')) return undefined;
  return new AppError('dependency_unavailable', { retryAfterSeconds: 1, cause: thrown });
}

/** A unique index refused the row. */
export function isDuplicate(thrown: unknown): boolean {
  const code = driverError(thrown)?.code;
  return (
    code === 'ER_DUP_ENTRY' || code === 'SQLITE_CONSTRAINT_UNIQUE' || code === 'SQLITE_CONSTRAINT_PRIMARYKEY'
  );
}

/** Another transaction was preferred; the same work may be tried again. */
export function isTransient(thrown: unknown): boolean {
  const code = driverError(thrown)?.code;
  return code === 'ER_LOCK_DEADLOCK' || code === 'ER_CHECKREAD' || code === 'SQLITE_BUSY';
}

function driverError(thrown: unknown): Coded | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  return (thrown as Coded).driverError ?? thrown;
}
