/** What one run does; all of it may be set by the environment. */
export interface Options {
  rows: number;
  /** How often each question is put. */
  calls: number;
  /** Of the throwaway server; a table larger than this is read from disk in part. */
  bufferPoolMiB: number;
}

/** `SCALE_ROWS` (10000000, or the first argument), `SCALE_CALLS` (300) and `SCALE_BUFFER_POOL_MIB` (2048). */
export function readOptions(env: NodeJS.ProcessEnv, [rows]: string[]): Options {
  return {
    rows: count('SCALE_ROWS', rows ?? env.SCALE_ROWS, 10_000_000, 1000),
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
