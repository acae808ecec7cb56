import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../report/table.js';
import type { Options } from './options.js';
import type { PageMeasurement } from './pages.js';
import type { Reading, RetentionMeasurement } from './retention.js';

const folder = 'bench/results';

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
  seedSeconds: number;
  /** Of the table with its indexes. */
  tableMiB: number;
  pages: PageMeasurement[];
  retention: RetentionMeasurement;
}

export function print(results: ScaleResults): void {
  console.log(`\n${conditions(results)}\n`);
  console.log(pagesTable(results.pages));
  console.log(`\n${retentionLines(results.retention)}`);
}

/** Writes the results beside those of other runs, and returns the file's path. */
export function save(results: ScaleResults): string {
  const time = results.at.slice(0, 19).replaceAll(':', '-');
  const file = join(folder, `${time}-${results.commit}-scale-${results.options.rows}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
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
  const { rows, bufferPoolMiB } = options;
  const { seedSeconds, tableMiB } = seeded;
  return [
    `wxpass ${commit}, Node ${node}, ${cores} cores, load average ${loadAverage.toFixed(1)} before the run`,
    `${database} with a buffer pool of ${bufferPoolMiB} MiB`,
    `${rows} rows of audit_log, ${tableMiB.toFixed(0)} MiB, seeded in ${seedSeconds.toFixed(0)} s`,
  ].join('\n');
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
