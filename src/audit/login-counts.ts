import type { Engine, Statement } from '../platform/database/statement.js';
import type { AuditEntryEntity } from './audit-entry.entity.js';
import type { LoginCountEntity } from './login-count.entity.js';

const hourMs = 3_600_000;

type Counted = Pick<AuditEntryEntity, 'event' | 'at' | 'appId' | 'outcome'>;

/** The logins among these entries, in the order of the primary key: whoever adds to the same rows queues for them in one order. */
export function countLogins(entries: Counted[]): LoginCountEntity[] {
  const counts = new Map<string, LoginCountEntity>();
  for (const { event, at, appId, outcome } of entries) {
    if (event !== 'login') continue;
    const hour = at - (at % hourMs);
    const key = `${hour} ${appId ?? ''} ${outcome}`;
    const known = counts.get(key) ?? { hour, appId: appId ?? '', outcome, count: 0 };
    counts.set(key, { ...known, count: known.count + 1 });
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

/** Adds to what was counted before. */
export function addStatement(engine: Engine, counts: LoginCountEntity[]): Statement {
  const rows = counts.map(() => '(?, ?, ?, ?)').join(', ');
  const conflict =
    engine === 'sqlite'
      ? 'ON CONFLICT (hour, app_id, outcome) DO UPDATE SET count = login_counts.count + excluded.count'
      : 'ON DUPLICATE KEY UPDATE count = login_counts.count + VALUES(count)';
  return {
    sql: `INSERT INTO login_counts (hour, app_id, outcome, count) VALUES ${rows} ${conflict}`,
    parameters: counts.flatMap(({ hour, appId, outcome, count }) => [hour, appId, outcome, count]),
  };
}
