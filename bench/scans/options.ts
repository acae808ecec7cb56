/** What one run does; all of it may be set by the environment. */
export interface Options {
  /** Over all transports together. */
  scans: number;
  /** Scans under way at once. */
  lanes: number;
  /** Browsers that wait on one process. */
  waiters: number;
  /** Browsers that poll, from which is reckoned what as many as the waiters would cost. */
  pollers: number;
  /** Of the waiters, those whose scans are confirmed. */
  confirmed: number;
  idleSeconds: number;
}

/** The whole run ends after this, whatever holds it up. */
export const runLimitMs = 15 * 60_000;

/** `SCANS` (500), `SCAN_WAITERS` (10000), `SCAN_POLLERS` (1000) and `SCAN_IDLE_SECONDS` (30). */
export function readOptions(env: NodeJS.ProcessEnv): Options {
  const waiters = count('SCAN_WAITERS', env.SCAN_WAITERS, 10_000, 25_000, 2);
  return {
    scans: count('SCANS', env.SCANS, 500, 20_000),
    lanes: 20,
    waiters,
    pollers: count('SCAN_POLLERS', env.SCAN_POLLERS, 1000, 5000),
    confirmed: Math.min(200, Math.ceil(waiters / 2)),
    idleSeconds: count('SCAN_IDLE_SECONDS', env.SCAN_IDLE_SECONDS, 30, 300),
  };
}

function count(name: string, text: string | undefined, fallback: number, most: number, least = 1): number {
  const value = Number(text || fallback);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} must be a whole number from ${least} to ${most}`);
}
