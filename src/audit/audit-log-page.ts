import {
  allOf,
  firstOf,
  useIndex,
  type Condition,
  type Engine,
  type Statement,
} from '../platform/database/statement.js';
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
  const ids = firstOf(
    branches(filter).map((branch) => idsStatement(engine, branch, before, limit)),
    'id',
    'id DESC',
    limit,
  );
  return {
    sql: `SELECT ${columns} FROM (${ids.sql}) page JOIN audit_log a ON a.id = page.id ORDER BY a.id DESC`,
    parameters: ids.parameters,
  };
}

/**
 * The indexes for addresses and events are in the order of time only among what was blocked, and among what was not:
 * where both are wanted, both are read.
 */
function branches(filter: AuditFilter): AuditFilter[] {
  const { userId, address, event, blocked } = filter;
  const wantsBoth = userId === undefined && (address ?? event) !== undefined && blocked === undefined;
  return wantsBoth ? [true, false].map((each) => ({ ...filter, blocked: each })) : [filter];
}

function idsStatement(
  engine: Engine,
  filter: AuditFilter,
  before: string | undefined,
  limit: number,
): Statement {
  const where = allOf([...matches(filter), ...bounds(filter, before)]);
  const from = `audit_log f ${useIndex(engine, indexFor(filter))}`;
  return {
    sql: `SELECT f.id FROM ${from} WHERE ${where.sql} ORDER BY f.id DESC LIMIT ${limit}`,
    parameters: where.parameters,
  };
}

function matches({ userId, address, event, blocked }: AuditFilter): Condition[] {
  return [
    ...(userId === undefined ? [] : [{ sql: 'f.user_id = ?', values: [userId] }]),
    ...(address === undefined ? [] : [{ sql: 'f.address = ?', values: [address] }]),
    ...(event === undefined ? [] : [{ sql: 'f.event = ?', values: [event] }]),
    // SQLite's driver aborts the process where it is handed a boolean.
    ...(blocked === undefined ? [] : [{ sql: 'f.blocked = ?', values: [Number(blocked)] }]),
  ];
}

function bounds({ from, to }: AuditFilter, before: string | undefined): Condition[] {
  return [
    ...(from === undefined ? [] : [{ sql: 'f.id >= ?', values: [firstIdAt(from)] }]),
    ...(to === undefined ? [] : [{ sql: 'f.id < ?', values: [firstIdAt(to)] }]),
    // Without a bound MySQL likes to intersect whole indexes, and then to sort.
    { sql: 'f.id < ?', values: [before ?? afterAllIds] },
  ];
}

/** The one that has all that is asked for side by side; among one user's acts the rest is looked for. */
function indexFor({ userId, address, event, blocked }: AuditFilter): string {
  if (userId !== undefined) return 'audit_log_user';
  if (address !== undefined) return event === undefined ? 'audit_log_address' : 'audit_log_address_event';
  if (event !== undefined) return 'audit_log_event';
  return blocked === undefined ? 'PRIMARY' : 'audit_log_blocked';
}
