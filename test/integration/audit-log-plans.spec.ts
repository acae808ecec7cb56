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

/** Every filter alone, in pairs and with bounds, and the index that serves it. */
const cases: [AuditFilter, string][] = [
  [{}, 'PRIMARY'],
  [{ userId: 'u1' }, 'audit_log_user'],
  [{ address: '192.0.2.1' }, 'audit_log_address'],
  [{ event: 'login' }, 'audit_log_event'],
  [{ blocked: true }, 'audit_log_blocked'],
  [{ blocked: false }, 'audit_log_blocked'],
  [{ userId: 'u1', event: 'login' }, 'audit_log_user'],
  [{ address: '192.0.2.1', event: 'login' }, 'audit_log_address_event'],
  [{ address: '192.0.2.1', blocked: true }, 'audit_log_address'],
  [{ address: '192.0.2.1', event: 'login', blocked: false }, 'audit_log_address_event'],
  [{ event: 'login', blocked: true }, 'audit_log_event'],
  [{ userId: 'u1', address: '192.0.2.1', event: 'login', blocked: true }, 'audit_log_user'],
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
const questions = cases.flatMap(([filter, index]) => [
  { filter, index, after: undefined },
  { filter, index, after: before },
  { filter: { ...filter, ...window }, index, after: before },
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
    async ({ filter, index, after }) => {
      const { sql, parameters } = pageStatement('a.*', 'mysql', filter, after, 51);
      const plan = await dataSource.query<Step[]>(`EXPLAIN ${sql}`, parameters);
      const finds = plan.filter(({ table }) => table === 'f');
      expect(finds.length).toBeGreaterThan(0);
      for (const find of finds) {
        expect(find).toMatchObject({ type: 'range', key: index });
        expect(find.Extra).toMatch(/Using index(?! condition)/);
        expect(find.Extra).not.toMatch(/filesort|temporary/i);
      }
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

  it.each(questions)(
    'from an index that has its order: $filter after $after',
    async ({ filter, index, after }) => {
      const { sql, parameters } = pageStatement('a.*', 'sqlite', filter, after, 51);
      const plan = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
      const details = plan.map(({ detail }) => detail);
      const name = index === 'PRIMARY' ? 'sqlite_autoindex_audit_log_1' : index;
      const finds = details.filter((detail) => /^\w+ f\b/.test(detail));
      expect(finds.length).toBeGreaterThan(0);
      for (const find of finds)
        expect(find).toMatch(new RegExp(`^SEARCH f USING COVERING INDEX ${name} \\(.*id<\\?`));
      const scans = details.filter((detail) => detail.startsWith('SCAN'));
      expect(scans.filter((scan) => !/^SCAN (page|branch)$/.test(scan))).toEqual([]);
    },
  );
});
