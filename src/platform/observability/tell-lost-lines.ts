import type { Logger as Pino } from 'pino';
import type { LogOutput } from './log-output.js';
import type { Metrics } from './metrics.js';
import { standardOutput } from './standard-output.js';

/** Counts the lines that the log had to drop, and has the log itself say how many, once it can be written again. */
export function tellLostLines(
  log: Pino,
  metrics: Metrics,
  output: Pick<LogOutput, 'onLoss' | 'onRecovery'> = standardOutput(),
): void {
  output.onLoss = () => metrics.count('logLinesDropped', {});
  output.onRecovery = (lines) => log.error({ lines }, 'log lines were lost');
}
