import type { DataSource } from 'typeorm';

/** The addresses of the newest acts that have one, newest first; for a command. */
export async function recentAddresses(dataSource: DataSource, count: number): Promise<string[]> {
  const rows = await dataSource.query<{ address: string }[]>(
    `SELECT address FROM audit_log WHERE address IS NOT NULL ORDER BY id DESC LIMIT ${Math.trunc(count)}`,
  );
  return rows.map(({ address }) => address);
}
