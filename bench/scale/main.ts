// npm run bench:scale [-- rows]: pages of the audit log, and its retention, in a table of ten million rows.
import { cpus, loadavg } from 'node:os';
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { connectDatabase } from '../../src/platform/database/data-source.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { commit, databaseVersion } from '../report/machine.js';
import { startDatabase } from './database.js';
import { loadTable } from './load-table.js';
import { readOptions } from './options.js';
import { measurePages, type PageMeasurement } from './pages.js';
import { questions, type Question } from './questions.js';
import { print, save } from './report.js';
import { measureRetention } from './retention.js';
import { auditLogSeed, spanUntil } from './seed/audit-log.js';

const options = readOptions(process.env, process.argv.slice(2));
const fewRows = 1000;
const span = spanUntil(Date.now());

Logger.overrideLogger(['warn', 'error']);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const database = await startDatabase(options);
try {
  const before = { at: new Date().toISOString(), loadAverage: loadavg()[0] ?? 0 };
  const seedSeconds = await seed();
  const [first, second] = [await connect(), await connect()];
  try {
    const pages = await measureQuestions(first);
    progress('retention');
    const results = {
      ...before,
      commit: commit(),
      node: process.version,
      cores: cpus().length,
      database: await databaseVersion(database.url),
      options,
      seedSeconds,
      tableMiB: await tableMiB(first),
      pages,
      retention: await measureRetention([first, second], quickQuestions(pages), span),
    };
    print(results);
    console.log(`\n${save(results)}`);
  } finally {
    await first.destroy();
    await second.destroy();
  }
} finally {
  await database.stop();
}

async function seed(): Promise<number> {
  progress(`seeding ${options.rows} rows`);
  const startedAt = performance.now();
  const migrated = await openDatabase(configOf(database.url), schema);
  await migrated.destroy();
  await loadTable(database.url, auditLogSeed(options.rows, span));
  return (performance.now() - startedAt) / 1000;
}

/** One connection, so that its counters tell what a page has read, and no time limit, so that slow pages show. */
function connect(): Promise<DataSource> {
  return connectDatabase({ ...configOf(database.url), poolSize: 1 }, schema);
}

function configOf(url: string) {
  return loadDatabaseConfig({ NODE_ENV: 'test', DATABASE_URL: url, DATABASE_MIGRATE: 'true' });
}

async function measureQuestions(dataSource: DataSource): Promise<PageMeasurement[]> {
  const measurements: PageMeasurement[] = [];
  for (const question of questions) {
    progress(question.name);
    measurements.push(await measurePages(dataSource, question, options.calls, span));
  }
  return measurements;
}

/** Those that read little: among the others nobody would see what deleting costs. */
function quickQuestions(pages: PageMeasurement[]): Question[] {
  return questions.filter((_, i) => pages[i]!.rowsRead < fewRows);
}

async function tableMiB(dataSource: DataSource): Promise<number> {
  const rows = await dataSource.query<{ bytes: string }[]>(
    "SELECT data_length + index_length AS bytes FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'audit_log'",
  );
  return Number(rows[0]?.bytes) / 2 ** 20;
}

function progress(what: string): void {
  console.error(`bench: ${what}`);
}
