import type { DataSource } from 'typeorm';

/**
 * Takes what was deleted out of SQLite's journal as well, which keeps pages as they were until it begins anew; to be
 * called outside of transactions. What MySQL keeps, such as its binary log, is the operator's.
 */
export async function wipeJournal(dataSource: DataSource): Promise<void> {
  if (dataSource.options.type !== 'better-sqlite3') return;
  await dataSource.query('PRAGMA wal_checkpoint(TRUNCATE)');
}
