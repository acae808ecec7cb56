import type { ColumnOptions } from 'typeorm';

/** What WeChat and we hand out as ids differs in case, so the database must tell `A` from `a`. */
const exact = { charset: 'utf8mb4', collation: 'utf8mb4_bin' } as const;

/** An id of ours: a UUID. */
export const idColumn = { type: 'varchar', length: 36, ...exact } as const;

/** Text compared byte by byte: ids of others, hashes, names of keys. */
export function exactColumn(length: number, options: ColumnOptions = {}): ColumnOptions {
  return { type: 'varchar', length, ...exact, ...options };
}

export function textColumn(length: number, options: ColumnOptions = {}): ColumnOptions {
  return { type: 'varchar', length, ...options };
}

const milliseconds = {
  to: (value?: number | null) => value,
  // MySQL's driver gives big integers as text; a time in milliseconds is exact as a number.
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** A moment as milliseconds since 1970 UTC: the same on every engine, free of time zones and rounding. */
export function timeColumn(options: ColumnOptions = {}): ColumnOptions {
  return { type: 'bigint', transformer: milliseconds, ...options };
}
