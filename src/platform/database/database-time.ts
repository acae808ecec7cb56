import type { DataSource } from 'typeorm';

const databaseNow = "TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000";

/**
 * Now in milliseconds since 1970 UTC, as the value of a column in an insert: by the database's clock, which all
 * replicas share. An embedded database has one process, whose clock is as good.
 */
export function databaseTime({ options }: DataSource): number | (() => string) {
  return options.type === 'better-sqlite3' ? Date.now() : () => databaseNow;
}

/**
 * When the database carries a statement out, in milliseconds since 1970 UTC: a database that was frozen or cut off may do so
 * long after it was asked. Never before it was asked, whatever the database's clock says.
 */
export function executionTime({ options }: DataSource, askedAtMs: number): number | (() => string) {
  return options.type === 'better-sqlite3' ? askedAtMs : () => `GREATEST(${askedAtMs}, ${databaseNow})`;
}
