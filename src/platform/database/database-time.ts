import type { DataSource } from 'typeorm';

/**
 * Now in milliseconds since 1970 UTC, as the value of a column in an insert: by the database's clock, which all
 * replicas share. An embedded database has one process, whose clock is as good.
 */
export function databaseTime({ options }: DataSource): number | (() => string) {
  if (options.type === 'better-sqlite3') return Date.now();
  return () => "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000";
}
