// npm run bench:scale [-- rows]: a million users and ten million rows of the audit log, beside a hundredth of both.
import { cpus, loadavg } from 'node:os';
import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { connectDatabase } from '../../src/platform/database/data-source.js';
import { schema } from '../../src/schema.js';
import { endChildrenWithUs } from '../node-process.js';
import { commit, databaseVersion } from '../report/machine.js';
import { save } from '../report/save.js';
import { startServer, type ScaleServer } from './database.js';
import { readOptions } from './options.js';
import { measureFlows, type FlowMeasurement } from './over-http.js';
import { measurePages, type PageMeasurement } from './pages.js';
import { questions, type Question } from './questions.js';
import { print, type ScaleResults } from './report.js';
import { measureRetention } from './retention.js';
import { spanUntil, type Span } from './seed/audit-log.js';
import { seedDatabase } from './seed/seed-database.js';

const options = readOptions(process.env, process.argv.slice(2));
const besideShare = 0.01;
const fewRows = 1000;

Logger.overrideLogger(['warn', 'error']);
endChildrenWithUs();
const server = await startServer(options);
try {
  const results = await run(server);
  print(results);
  console.log(`\n${save(results, results.commit, `scale-${results.options.rows}`)}`);
  // Answers that were refused cost less than the work they stand for.
  if (
    Object.values(results.flows)
      .flat()
      .some(({ errors }) => errors > 0)
  )
    process.exitCode = 1;
} finally {
  await server.stop();
}

async function run(started: ScaleServer): Promise<ScaleResults> {
  const before = { at: new Date().toISOString(), loadAverage: loadavg()[0] ?? 0 };
  const beside = await measureBeside(started);
  const database = await started.createDatabase();
  const span = spanUntil(Date.now(), options.users);
  try {
    progress(`seeding ${options.rows} rows and ${options.users} users`);
    const seedSeconds = await seedDatabase(database.url, options.rows, span);
    const flows = await measureFlows(database.url, options.users, options, progress);
    return {
      ...before,
      commit: commit(),
      node: process.version,
      cores: cpus().length,
      database: await databaseVersion(database.url),
      options,
      seedSeconds,
      ...(await measureAuditLog(database.url, span)),
      flows: { beside, scaled: flows },
    };
  } finally {
    await database.drop();
  }
}

/** The same requests where everything is a hundredth as large. */
async function measureBeside(started: ScaleServer): Promise<FlowMeasurement[]> {
  const [rows, users] = [options.rows, options.users].map((count) => Math.ceil(count * besideShare));
  const database = await started.createDatabase();
  try {
    await seedDatabase(database.url, rows!, spanUntil(Date.now(), users!));
    return await measureFlows(database.url, users!, options, progress);
  } finally {
    await database.drop();
  }
}

/** By the services themselves, on connections of their own. */
async function measureAuditLog(url: string, span: Span) {
  const [first, second] = [await connect(url), await connect(url)];
  try {
    const pages = await measureQuestions(first, span);
    progress('retention');
    return {
      tableMiB: await tableMiB(first),
      pages,
      retention: await measureRetention([first, second], quickQuestions(pages), span),
    };
  } finally {
    await first.destroy();
    await second.destroy();
  }
}

/** One connection, so that its counters tell what a page has read, and no time limit, so that slow pages show. */
function connect(url: string): Promise<DataSource> {
  const config = loadDatabaseConfig({ NODE_ENV: 'test', DATABASE_URL: url });
  return connectDatabase({ ...config, poolSize: 1 }, schema);
}

async function measureQuestions(dataSource: DataSource, span: Span): Promise<PageMeasurement[]> {
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
