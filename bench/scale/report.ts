import { table } from '../report/table.js';
import type { Options } from './options.js';
import type { FlowMeasurement } from './over-http.js';
import type { PageMeasurement } from './pages.js';
import type { Reading, RetentionMeasurement } from './retention.js';
import type { SeedTimes } from './seed/seed-database.js';

/** All that one run has found. */
export interface ScaleResults {
  at: string;
  commit: string;
  node: string;
  cores: number;
  /** What else ran in the minute before. */
  loadAverage: number;
  database: string;
  options: Options;
  seedSeconds: SeedTimes;
  /** Of the table with its indexes. */
  tableMiB: number;
  pages: PageMeasurement[];
  retention: RetentionMeasurement;
  /** Over HTTP, where all is a hundredth as large, and here. */
  flows: { beside: FlowMeasurement[]; scaled: FlowMeasurement[] };
}

export function print(results: ScaleResults): void {
  console.log(`\n${conditions(results)}\n`);
  console.log(flowsTable(results.flows));
  console.log(`\n${pagesTable(results.pages)}`);
  console.log(`\n${retentionLines(results.retention)}`);
}

function conditions({
  commit,
  node,
  cores,
  loadAverage,
  database,
  options,
  ...seeded
}: ScaleResults): string {
  const { rows, users, bufferPoolMiB } = options;
  const { seedSeconds, tableMiB } = seeded;
  return [
    `wxpass ${commit}, Node ${node}, ${cores} cores, load average ${loadAverage.toFixed(1)} before the run`,
    `${database} with a buffer pool of ${bufferPoolMiB} MiB`,
    `${rows} rows of audit_log, ${tableMiB.toFixed(0)} MiB, and ${users} users, seeded in ${seedSeconds.whole.toFixed(0)} s`,
    `the logins among the rows are counted in ${seedSeconds.loginCounts.toFixed(1)} s, as the migration does it`,
  ].join('\n');
}

function flowsTable({ beside, scaled }: ScaleResults['flows']): string {
  const header = ['request over HTTP', 'p50 ms at 1/100', 'p99 ms at 1/100', 'p50 ms', 'p99 ms', 'errors'];
  const rows = scaled.map((flow, i) => [
    flow.flow,
    ...[beside[i]!, flow].flatMap(({ p50Ms, p99Ms }) => [p50Ms.toFixed(2), p99Ms.toFixed(2)]),
    String(beside[i]!.errors + flow.errors),
  ]);
  return table(header, rows);
}

function pagesTable(pages: PageMeasurement[]): string {
  const header = ['page of the audit log', 'found', 'p50 ms', 'p99 ms', 'max ms', 'rows read'];
  return table(
    header,
    pages.map(({ question, found, p50Ms, p99Ms, maxMs, rowsRead }) => [
      question,
      String(found),
      ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2)),
      String(rowsRead),
    ]),
  );
}

function retentionLines({ rows, rowsPerSecond, pagesBefore, pagesMeanwhile }: RetentionMeasurement): string {
  const header = ['pages that read little', 'pages', 'p50 ms', 'p99 ms', 'max ms'];
  const cells = (name: string, { pages, p50Ms, p99Ms, maxMs }: Reading) => [
    name,
    String(pages),
    ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(2)),
  ];
  return [
    `retention let ${rows} rows go, ${rowsPerSecond.toFixed(0)} a second\n`,
    table(header, [cells('before', pagesBefore), cells('meanwhile', pagesMeanwhile)]),
  ].join('\n');
}
