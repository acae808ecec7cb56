/** For a machine that is slower than the two cores on which the limits below were found to hold. */
const factor = Number(process.env.FAULT_TIME_FACTOR || 1);

/** What the service promises of time, in milliseconds; held where no other test runs at the same time. */
export const timeLimits = {
  /** Any request, whatever database or Redis do. */
  requestMs: 3000 * factor,
  /** From a dependency's loss until readiness says so. */
  notReadyMs: 3000 * factor,
  /** From a dependency's return until somebody is let in. */
  firstLoginMs: 2000 * factor,
  /** A login, whatever WeChat does. */
  loginMs: 6000 * factor,
  /** A login while WeChat is not even asked. */
  openCircuitMs: 50 * factor,
  /** From WeChat's return until somebody is let in. */
  recoveryMs: 10_000 * factor,
  /** From the start of a process until it is ready. */
  startMs: 3000 * factor,
  /** From SIGTERM until the process is gone. */
  exitMs: 10_000 * factor,
};
