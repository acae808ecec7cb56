import type { DataSource, QueryRunner } from 'typeorm';
import { currentTracer, tracedAsPart } from '../observability/tracing.js';

type Query = (...parameters: unknown[]) => Promise<unknown>;

/** Makes each query a span that tells the verb and the tables, never the statement or its values. */
export function traceQueries(dataSource: DataSource): void {
  if (!currentTracer()) return;
  const { driver } = dataSource;
  const system = driver.options.type === 'better-sqlite3' ? 'sqlite' : driver.options.type;
  const tables = new Set(dataSource.entityMetadatas.map(({ tableName }) => tableName));
  const seen = new WeakSet<QueryRunner>();
  const createQueryRunner = driver.createQueryRunner.bind(driver);
  driver.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    // SQLite gives everyone the same.
    if (seen.has(runner)) return runner;
    seen.add(runner);
    const query = runner.query.bind(runner) as Query;
    const factsOf = (sql: string) => ({
      'db.system.name': system,
      'db.query.summary': summaryOf(sql, tables),
    });
    const traced: Query = (...parameters) =>
      tracedAsPart(
        () => factsOf(String(parameters[0])),
        () => query(...parameters),
      );
    runner.query = traced as QueryRunner['query'];
    return runner;
  };
}

/** The verb, then the tables that are named, each once: `SELECT sessions users`. */
export function summaryOf(sql: string, tables: ReadonlySet<string>): string {
  const [verb = 'QUERY'] = /^\s*[A-Za-z]+/.exec(sql) ?? [];
  const named = [...sql.matchAll(/\b(?:FROM|JOIN|INTO|UPDATE)\s+[`"]?(\w+)/gi)].map(([, table]) => table!);
  return [verb.trim().toUpperCase(), ...new Set(named.filter((table) => tables.has(table)))]
    .slice(0, 9)
    .join(' ');
}
