import { firstIdAt } from './audit-entry-id.js';

/** Which acts are asked for; all that is given must hold. */
export interface AuditFilter {
  event?: string;
  userId?: string;
  address?: string;
  blocked?: boolean;
  /** Milliseconds since 1970, this one included. */
  from?: number;
  /** Milliseconds since 1970, this one not included. */
  to?: number;
}

export interface Statement {
  sql: string;
  parameters: (string | number)[];
}

export type Engine = 'sqlite' | 'mysql';

interface Condition {
  sql: string;
  value: string | number;
}

const afterAllIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * Reads up to `limit` entries, the newest first: finds them in one index alone, then fetches only those.
 * @param before id of the entry that the page comes after
 */
export function pageStatement(
  columns: string,
  engine: Engine,
  filter: AuditFilter,
  before: string | undefined,
  limit: number,
): Statement {
  const conditions = [...matches(filter), ...bounds(filter, before)];
  const where = conditions.map(({ sql }) => sql).join(' AND ');
  const ids = `SELECT f.id FROM audit_log f ${hint(engine, indexesFor(filter))} WHERE ${where} ORDER BY f.id DESC LIMIT ${limit}`;
  return {
    sql: `SELECT ${columns} FROM (${ids}) page JOIN audit_log a ON a.id = page.id ORDER BY a.id DESC`,
    parameters: conditions.map(({ value }) => value),
  };
}

function matches({ userId, address, event, blocked }: AuditFilter): Condition[] {
  return [
    ...(userId === undefined ? [] : [{ sql: 'f.user_id = ?', value: userId }]),
    ...(address === undefined ? [] : [{ sql: 'f.address = ?', value: address }]),
    ...(event === undefined ? [] : [{ sql: 'f.event = ?', value: event }]),
    // SQLite's driver aborts the process where it is handed a boolean.
    ...(blocked === undefined ? [] : [{ sql: 'f.blocked = ?', value: Number(blocked) }]),
  ];
}

function bounds({ from, to }: AuditFilter, before: string | undefined): Condition[] {
  return [
    ...(from === undefined ? [] : [{ sql: 'f.id >= ?', value: firstIdAt(from) }]),
    ...(to === undefined ? [] : [{ sql: 'f.id < ?', value: firstIdAt(to) }]),
    // Without a bound MySQL likes to intersect whole indexes, and then to sort.
    { sql: 'f.id < ?', value: before ?? afterAllIds },
  ];
}

/** Those that hold every column asked for, in the order asked for; the one that likely leaves least comes first. */
function indexesFor({ userId, address, event, blocked }: AuditFilter): string[] {
  if (userId !== undefined) return ['audit_log_user'];
  if (address !== undefined) return ['audit_log_address'];
  if (event === undefined) return blocked === undefined ? [] : ['audit_log_blocked'];
  if (blocked === undefined) return ['audit_log_event'];
  return blocked ? ['audit_log_blocked', 'audit_log_event'] : ['audit_log_event', 'audit_log_blocked'];
}

/**
 * Without a word planners like to walk the whole table instead, where the limit is small. MySQL has statistics to
 * choose between two, SQLite takes one.
 */
function hint(engine: Engine, indexes: string[]): string {
  if (engine === 'mysql') return `FORCE INDEX (${indexes.join(', ') || 'PRIMARY'})`;
  return indexes.length > 0 ? `INDEXED BY ${indexes[0]}` : '';
}
