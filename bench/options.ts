/** What one run does; all of it may be set by the environment. */
export interface Options {
  connections: number;
  warmUpSeconds: number;
  /** Seconds each scenario is measured on each target. */
  seconds: number;
  /** Names of the scenarios to run; all of them when empty. */
  only: string[];
}

/** `BENCH_SECONDS` (8) and `BENCH_ONLY` (for example `me,login`). */
export function readOptions({ BENCH_SECONDS, BENCH_ONLY }: NodeJS.ProcessEnv): Options {
  const seconds = Number(BENCH_SECONDS || 8);
  if (!(seconds >= 1)) throw new Error('BENCH_SECONDS must be a number of seconds, 1 or more');
  return {
    connections: 32,
    warmUpSeconds: Math.min(2, seconds),
    seconds,
    only: (BENCH_ONLY ?? '').split(',').filter(Boolean),
  };
}
