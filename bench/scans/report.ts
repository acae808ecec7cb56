import type { Machine } from '../report/machine.js';
import { table } from '../report/table.js';
import type { Delivery } from './deliveries.js';
import type { Options } from './options.js';
import type { Spread } from './spread.js';
import type { Waiting } from './waiters.js';

/** All that one run has found. */
export interface ScanResults {
  at: string;
  machine: Machine;
  options: Options;
  deliveries: Delivery[];
  waiting: Waiting;
  /** Answers of 503 in the whole run, each repeated: more than none says that the machine was starved. */
  unavailable: number;
}

export function print({ machine, deliveries, waiting, unavailable }: ScanResults): void {
  console.log(`\n${conditions(machine)}`);
  if (unavailable > 0) console.log(`The machine was starved: ${unavailable} answers were 503 and repeated.`);
  console.log(
    '\nThree replicas behind a round-robin proxy: ms from the phone’s confirmation, its answer or its request,',
  );
  console.log('to the browser’s knowledge');
  console.log(deliveriesTable(deliveries));
  for (const violation of deliveries.flatMap(({ violations }) => violations)) console.log(violation);
  console.log(`\n${waitingLines(waiting)}`);
}

function conditions({ commit, node, cores, loadAverage, database, redis }: Machine): string {
  return [
    `wxpass ${commit}, Node ${node}, ${cores} cores, ${database}, Redis ${redis}`,
    `Browsers, phones, databases and services share these cores; load average ${loadAverage.toFixed(1)} before the run.`,
  ].join('\n');
}

function deliveriesTable(deliveries: Delivery[]): string {
  const header = [
    'transport',
    'scans',
    'violations',
    'undecided',
    'by another replica',
    'after answer p50',
    'p99',
    'max',
  ];
  return table(
    [...header, 'after request p50', 'p99', 'max'],
    deliveries.map(
      ({ transport, scans, violations, undecided, acrossReplicas, sinceAnswer, sinceConfirm }) => [
        transport,
        ...[scans, violations.length, undecided, acrossReplicas].map(String),
        ...cells(sinceAnswer),
        ...cells(sinceConfirm),
      ],
    ),
  );
}

function waitingLines({ alone, streams, polling, ...rest }: Waiting): string {
  const {
    waiters,
    waitersWanted,
    cutOff,
    pollers,
    pollsPerSecond,
    kibibytesPerWaiter,
    allPollingCpuPercent,
  } = rest;
  const percent = (value: number) => value.toFixed(1);
  const rows = [
    ['nobody', percent(alone.cpuPercent), alone.residentMiB.toFixed(0)],
    [`${waiters} by SSE`, percent(streams.cpuPercent), streams.residentMiB.toFixed(0)],
    [
      `${pollers} that poll, ${pollsPerSecond.toFixed(0)} times a second`,
      percent(polling.cpuPercent),
      polling.residentMiB.toFixed(0),
    ],
    [`${waiters} that poll, reckoned from these`, percent(allPollingCpuPercent), ''],
  ];
  return [
    ...(waiters < waitersWanted
      ? [`Fewer than ${waitersWanted}: the limit of open files (ulimit -Hn) allows no more.`]
      : []),
    ...(cutOff > 0 ? [`${cutOff} streams ended meanwhile: a dependency did not answer in time.`] : []),
    table(['one process, nobody decides', 'CPU % of a core', 'RSS MiB'], rows),
    `\n${kibibytesPerWaiter.toFixed(1)} KiB a waiter. ${deliveryLine(rest)}`,
  ].join('\n');
}

function deliveryLine({
  deliveries,
  sinceAnswer,
  sinceConfirm,
}: Pick<Waiting, 'deliveries' | 'sinceAnswer' | 'sinceConfirm'>) {
  const words = ({ p50, p99, max }: Spread) =>
    `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(1)} ms`;
  return `${deliveries} confirmed: ${words(sinceAnswer)} after the answer, ${words(sinceConfirm)} after confirm was sent.`;
}

function cells({ p50, p99, max }: Spread): string[] {
  return [p50, p99, max].map((ms) => ms.toFixed(1));
}
