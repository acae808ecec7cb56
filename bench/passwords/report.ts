import type { Machine } from '../report/machine.js';
import { machineLines } from '../report/print.js';
import { table } from '../report/table.js';
import type { Crowd, Readers } from './crowd.js';

export interface PasswordResults {
  at: string;
  machine: Machine;
  seconds: number;
  readers: number;
  /** While nobody logs in. */
  quiet: Readers;
  crowds: Crowd[];
}

export function print({ machine, readers, quiet, crowds }: PasswordResults): void {
  const header = [
    'log in at once',
    'logins/s',
    'p50 ms',
    'p99 ms',
    '503',
    'other',
    '/users/me p50 ms',
    'p99 ms',
    'req/s',
    'loop delay p99 ms',
  ];
  console.log(`\n${machineLines(machine)}\n\n${readers} others read /users/me meanwhile.\n`);
  console.log(table(header, [['nobody', '', '', '', '', '', ...readerCells(quiet)], ...crowds.map(cells)]));
}

function cells(crowd: Crowd): string[] {
  return [
    String(crowd.size),
    crowd.loginsPerSecond.toFixed(0),
    crowd.loginP50Ms.toFixed(0),
    crowd.loginP99Ms.toFixed(0),
    String(crowd.turnedAway),
    String(crowd.otherAnswers),
    ...readerCells(crowd),
  ];
}

function readerCells({ p50Ms, p99Ms, requestsPerSecond, loopDelayP99Ms }: Readers): string[] {
  return [p50Ms.toFixed(1), p99Ms.toFixed(1), requestsPerSecond.toFixed(0), loopDelayP99Ms.toFixed(1)];
}
