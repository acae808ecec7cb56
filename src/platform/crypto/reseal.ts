import type { DataSource } from 'typeorm';
import type { SealedColumn } from './sealed-column.js';
import { UnsealError, type Sealer } from './sealer.js';

export interface ResealReport {
  column: SealedColumn;
  /** Rows that the first key now seals. */
  resealed: number;
  /** Rows that it sealed before. */
  current: number;
  /** Rows that no key opens, with the reason and never the content. */
  unopened: { id: string; reason: string }[];
}

interface SealedRow {
  id: string;
  sealed: string;
}

const batchSize = 200;

/**
 * Seals every value of a column with the first key, while others read and write it. Each value is opened, also where
 * nothing is to be done: without `unopened`, the first key alone opens the whole column.
 */
export async function reseal(
  dataSource: DataSource,
  sealer: Sealer,
  column: SealedColumn,
): Promise<ResealReport> {
  const report: ResealReport = { column, resealed: 0, current: 0, unopened: [] };
  const rows = new SealedRows(dataSource, column);
  for await (const row of rows.all()) {
    try {
      report[await resealRow(rows, sealer, row)] += 1;
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      report.unopened.push({ id: row.id, reason: error.message });
    }
  }
  return report;
}

async function resealRow(
  rows: SealedRows,
  sealer: Sealer,
  { id, sealed }: SealedRow,
): Promise<'resealed' | 'current'> {
  const place = rows.column.placeOf(id);
  const text = sealer.open(sealed, place);
  if (sealer.isCurrent(sealed)) return 'current';
  if (await rows.replace(id, sealed, sealer.seal(text, place))) return 'resealed';
  const newer = await rows.read(id);
  return newer === undefined ? 'current' : resealRow(rows, sealer, { id, sealed: newer });
}

/** A sealed column as plain statements; its names are constants of ours. */
class SealedRows {
  constructor(
    private readonly dataSource: DataSource,
    readonly column: SealedColumn,
  ) {}

  async *all(): AsyncGenerator<SealedRow> {
    const { table, key, column } = this.column;
    const sql = `SELECT ${key} AS id, ${column} AS sealed FROM ${table} WHERE ${key} > ? AND ${column} IS NOT NULL ORDER BY ${key} LIMIT ${batchSize}`;
    for (let last = ''; ;) {
      const batch = await this.dataSource.query<SealedRow[]>(sql, [last]);
      yield* batch;
      if (batch.length < batchSize) return;
      last = batch.at(-1)!.id;
    }
  }

  async read(id: string): Promise<string | undefined> {
    const { table, key, column } = this.column;
    const sql = `SELECT ${column} AS sealed FROM ${table} WHERE ${key} = ? AND ${column} IS NOT NULL`;
    const [row] = await this.dataSource.query<SealedRow[]>(sql, [id]);
    return row?.sealed;
  }

  /** The one conditional write: false where the value is no longer the one that was read. */
  async replace(id: string, sealed: string, resealed: string): Promise<boolean> {
    const { table, key, column } = this.column;
    const sql = `UPDATE ${table} SET ${column} = ? WHERE ${key} = ? AND ${column} = ?`;
    const runner = this.dataSource.createQueryRunner();
    try {
      return (await runner.query(sql, [resealed, id, sealed], true)).affected === 1;
    } finally {
      await runner.release();
    }
  }
}
