/** What one run does; all of it may be set by the environment. */
export interface Options {
  rows: number;
  users: number;
  /** How often each question is put. */
  calls: number;
  /** For how long each request over HTTP is repeated, at either size. */
  seconds: number;
  /** Of the throwaway server; a table larger than this is read from disk in part. */
  bufferPoolMiB: number;
}

/**
 * `SCALE_ROWS` (10000000, or the first argument), `SCALE_USERS` (a tenth of it), `SCALE_CALLS` (300), `SCALE_SECONDS` (5)
 * and `SCALE_BUFFER_POOL_MIB` (2048).
 */
export function readOptions(env: NodeJS.ProcessEnv, [rows]: string[]): Options {
  const auditRows = count('SCALE_ROWS', rows ?? env.SCALE_ROWS, 10_000_000, 10_000);
  return {
    rows: auditRows,
    users: count('SCALE_USERS', env.SCALE_USERS, Math.floor(auditRows / 10), 1000),
    seconds: count('SCALE_SECONDS', env.SCALE_SECONDS, 5, 1),
    calls: count('SCALE_CALLS', env.SCALE_CALLS, 300, 1),
    bufferPoolMiB: count('SCALE_BUFFER_POOL_MIB', env.SCALE_BUFFER_POOL_MIB, 2048, 16),
  };
}

function count(name: string, text: string | undefined, fallback: number, least: number): number {
  const value = Number(text || fallback);
  if (!Number.isInteger(value) || value < least)
    throw new Error(`${name} must be a whole number, ${least} or more`);
  return value;
}
