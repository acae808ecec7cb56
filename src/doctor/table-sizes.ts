import type { DataSource } from 'typeorm';

export interface TableSize {
  name: string;
  /** The server's estimate; counted in an embedded database. */
  rows: number;
  /** Of data and indexes; null where it is not known. */
  bytes: number | null;
}

/** How large the tables are, quickly. */
export async function tableSizes(dataSource: DataSource): Promise<TableSize[]> {
  return dataSource.options.type === 'better-sqlite3' ? countTables(dataSource) : askServer(dataSource);
}

async function askServer(dataSource: DataSource): Promise<TableSize[]> {
  const rows = await dataSource.query<{ name: string; total: unknown; bytes: unknown }[]>(
    `SELECT table_name AS name, table_rows AS total, data_length + index_length AS bytes
     FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name`,
  );
  return rows.map(({ name, total, bytes }) => ({ name, rows: Number(total), bytes: Number(bytes) }));
}

async function countTables(dataSource: DataSource): Promise<TableSize[]> {
  const tables = await dataSource.query<{ name: string }[]>(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  return Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await dataSource.query<{ total: number }[]>(`SELECT COUNT(*) AS total FROM "${name}"`);
      return { name, rows: row!.total, bytes: null };
    }),
  );
}
