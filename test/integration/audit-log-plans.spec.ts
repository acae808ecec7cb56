import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { newEntryId } from '../../src/audit/audit-entry-id.js';
import { toAuditEntry } from '../../src/audit/audit-entry.js';
import { pageStatement, type AuditFilter } from '../../src/audit/audit-log-page.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { embedded, shared, type Backend, type OpenBackend } from '../support/backends.js';

const start = 1_790_000_000_000;
const window = { from: start + 500, to: start + 1500 };
const before = newEntryId(start + 1000);

/** Every filter alone, in pairs and with bounds, and the indexes that may serve it. */
const cases: [AuditFilter, string[]][] = [
  [{}, ['PRIMARY']],
  [{ userId: 'u1' }, ['audit_log_user']],
  [{ address: '192.0.2.1' }, ['audit_log_address']],
  [{ event: 'login' }, ['audit_log_event']],
  [{ blocked: true }, ['audit_log_blocked']],
  [{ blocked: false }, ['audit_log_blocked']],
  [{ userId: 'u1', event: 'login' }, ['audit_log_user']],
  [{ address: '192.0.2.1', event: 'login' }, ['audit_log_address']],
  [{ event: 'login', blocked: true }, ['audit_log_event', 'audit_log_blocked']],
  [{ userId: 'u1', address: '192.0.2.1', event: 'login', blocked: true }, ['audit_log_user']],
];

interface Step {
  table: string;
  type: string;
  key: string;
  Extra: string;
}

async function open(backend: Backend): Promise<{ storage: OpenBackend; dataSource: DataSource }> {
  const storage = await backend.open();
  const dataSource = await openDatabase(loadDatabaseConfig(storage.env), schema);
  const entries = Array.from({ length: 2000 }, (_, i) => ({
    ...toAuditEntry({
      event: i % 10 === 0 ? 'logout' : 'login',
      outcome: 'success',
      userId: `u${i % 50}`,
      address: `192.0.2.${i % 40}`,
      blocked: i % 25 === 0,
    }),
    id: newEntryId(start + i),
    at: start + i,
  }));
  for (let i = 0; i < entries.length; i += 500)
    await dataSource.manager.insert(AuditEntryEntity, entries.slice(i, i + 500));
  return { storage, dataSource };
}

/** Each case from its first page, from a later one, and within bounds of time. */
const questions = cases.flatMap(([filter, indexes]) => [
  { filter, indexes, after: undefined },
  { filter, indexes, after: before },
  { filter: { ...filter, ...window }, indexes, after: before },
]);

describe('MySQL answers a page of the audit log', () => {
  let storage: OpenBackend;
  let dataSource: DataSource;
  beforeAll(async () => {
    ({ storage, dataSource } = await open(shared));
    await dataSource.query('ANALYZE TABLE audit_log');
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await storage?.close();
  });

  it.each(questions)(
    'from an index that has its order: $filter after $after',
    async ({ filter, indexes, after }) => {
      const { sql, parameters } = pageStatement('a.*', 'mysql', filter, after, 51);
      const plan = await dataSource.query<Step[]>(`EXPLAIN ${sql}`, parameters);
      const find = plan.find(({ table }) => table === 'f')!;
      expect(indexes).toContain(find.key);
      expect(find.type).toBe('range');
      expect(find.Extra).toMatch(/Using index(?! condition)/);
      expect(find.Extra).not.toMatch(/filesort|temporary/i);
      expect(plan.find(({ table }) => table === 'a')).toMatchObject({ type: 'eq_ref', key: 'PRIMARY' });
    },
  );
});

describe('SQLite answers a page of the audit log', () => {
  let storage: OpenBackend;
  let dataSource: DataSource;
  beforeAll(async () => {
    ({ storage, dataSource } = await open(embedded));
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await storage?.close();
  });

  it.each(questions)('from an index that has its order: $filter after $after', async ({ filter, after }) => {
    const { sql, parameters } = pageStatement('a.*', 'sqlite', filter, after, 51);
    const plan = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    const details = plan.map(({ detail }) => detail);
    expect(details).toContainEqual(
      expect.stringMatching(/^SEARCH f USING COVERING INDEX (audit_log_\w+|sqlite_autoindex_audit_log_1)/),
    );
    expect(details.filter((detail) => detail.startsWith('SCAN')).join()).toMatch(/^(SCAN page)?$/);
  });
});
