import type { Breakdown } from '../breakdown/breakdown.js';
import type { Measurement } from '../measure.js';
import type { StartUp } from '../service.js';
import type { Machine } from './machine.js';
import { table } from './table.js';
import type { Results } from './results.js';

const busyGenerator = 90;
const quietLoadAverage = 0.5;

export function print({ machine, startUp, measurements, breakdown }: Results): void {
  console.log(`\n${machineLines(machine)}\n\n${startUpLine(startUp)}`);
  if (measurements.length > 0) console.log(`\n${loadTable(measurements)}`);
  for (const note of notes(measurements)) console.log(note);
  if (breakdown) console.log(`\n${breakdownTable(breakdown)}`);
}

export function machineLines({
  commit,
  node,
  cores,
  processor,
  database,
  redis,
  loadAverage,
}: Machine): string {
  return [
    `wxpass ${commit}, Node ${node}, ${cores} cores (${processor}), ${database}, Redis ${redis}`,
    'Load generator, databases and service share these cores: compare the ratios, not the levels.',
    ...(loadAverage > quietLoadAverage
      ? [`The machine was not quiet: load average ${loadAverage.toFixed(1)} before the run.`]
      : []),
  ].join('\n');
}

function startUpLine({ firstStartMs, startMs, readyMiB, idleMiB }: StartUp): string {
  const start = `start to ready ${startMs.toFixed(0)} ms (${firstStartMs.toFixed(0)} ms on an empty database)`;
  return `${start}, memory ${readyMiB.toFixed(0)} MiB when ready, ${idleMiB.toFixed(0)} MiB idle`;
}

function loadTable(measurements: Measurement[]): string {
  const header = [
    'scenario',
    'target',
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU µs/req',
    'CPU %',
    'RSS MiB',
    'errors',
  ];
  return table(
    [...header, 'req/s : floor', 'CPU : floor'],
    measurements.map((row) => cells(row, floorOf(row, measurements))),
    2,
  );
}

function cells(row: Measurement, floor: Measurement | undefined): string[] {
  const ratio = (of: (measurement: Measurement) => number) =>
    floor && floor !== row ? (of(row) / of(floor)).toFixed(2) : '';
  return [
    row.scenario,
    row.target,
    row.requestsPerSecond.toFixed(0),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.cpuMicrosecondsPerRequest.toFixed(0),
    row.cpuPercent.toFixed(0),
    row.residentMiB.toFixed(0),
    String(row.errors),
    ratio(({ requestsPerSecond }) => requestsPerSecond),
    ratio(({ cpuMicrosecondsPerRequest }) => cpuMicrosecondsPerRequest),
  ];
}

function floorOf({ scenario }: Measurement, measurements: Measurement[]): Measurement | undefined {
  return measurements.find((other) => other.scenario === scenario && other.target === 'floor');
}

function notes(measurements: Measurement[]): string[] {
  const limited = measurements.filter(({ generatorCpuPercent }) => generatorCpuPercent > busyGenerator);
  return limited.map(
    ({ scenario, target, generatorCpuPercent }) =>
      `${scenario} on ${target}: the load generator was at ${generatorCpuPercent.toFixed(0)} % of a core, so req/s is its limit`,
  );
}

function breakdownTable({ service, floor }: Breakdown): string {
  const ms = (value: number | undefined) => value?.toFixed(3) ?? '';
  const rows = Object.keys(service).map((part) => [part, ms(service[part]), ms(floor[part])]);
  return table(['login on one connection', 'service ms', 'floor ms'], rows);
}
