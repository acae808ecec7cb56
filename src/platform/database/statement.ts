import type { DataSource } from 'typeorm';

/** A plain statement, with its values beside it. */
export interface Statement {
  sql: string;
  parameters: (string | number)[];
}

/** What one row must fulfil. */
export interface Condition {
  sql: string;
  values: (string | number)[];
}

export type Engine = 'sqlite' | 'mysql';

export function engineOf({ options }: DataSource): Engine {
  return options.type === 'better-sqlite3' ? 'sqlite' : 'mysql';
}

/** The first rows of all these statements, each of which gives its own first rows in the same order. */
export function firstOf(statements: Statement[], columns: string, order: string, limit: number): Statement {
  if (statements.length === 1) return statements[0]!;
  const all = statements.map(({ sql }) => `SELECT ${columns} FROM (${sql}) branch`).join(' UNION ALL ');
  return {
    sql: `${all} ORDER BY ${order} LIMIT ${limit}`,
    parameters: statements.flatMap(({ parameters }) => parameters),
  };
}

/** Without a word planners like to walk the whole table instead, where the limit is small. */
export function useIndex(engine: Engine, index: string): string {
  if (engine === 'mysql') return `FORCE INDEX (${index})`;
  return index === 'PRIMARY' ? '' : `INDEXED BY ${index}`;
}

export function allOf(conditions: Condition[]): Statement {
  return {
    sql: conditions.map(({ sql }) => sql).join(' AND '),
    parameters: conditions.flatMap(({ values }) => values),
  };
}
