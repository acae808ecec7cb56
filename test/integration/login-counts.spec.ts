import { addEntries } from '../../src/audit/add-entries.js';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { newEntryId } from '../../src/audit/audit-entry-id.js';
import { toAuditEntry, type NewAuditEntry } from '../../src/audit/audit-entry.js';
import { AuditRetention } from '../../src/audit/audit-retention.service.js';
import { LoginCountEntity } from '../../src/audit/login-count.entity.js';
import { LoginCounts } from '../../src/audit/login-counts.service.js';
import type { Config } from '../../src/platform/config/config.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { runMigrations, withMigrationDataSource } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { backends, embedded } from '../support/backends.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 4, 20);

const login = (at: number, entry: Partial<NewAuditEntry> = {}) => ({
  ...toAuditEntry({ event: 'login', outcome: 'success', appId: 'wx1', ...entry }),
  id: newEntryId(at),
  at,
});

describe.each(backends)('counts of logins on $name', (backend) => {
  let storage: OpenStorage;
  beforeAll(async () => {
    storage = await openStorage(backend, backend === embedded ? 1 : 2);
  });
  afterAll(() => storage?.close());
  beforeEach(async () => {
    for (const entity of [AuditEntryEntity, LoginCountEntity])
      await dataSources()[0]!.createQueryBuilder().delete().from(entity).execute();
    await storage.replicas[0]!.store.delete('audit-retention');
  });

  const dataSources = () => storage.replicas.map(({ dataSource }) => dataSource);
  const counts = (partMs = hourMs, from = start, to = start + 2 * dayMs) =>
    new LoginCounts(dataSources()[0]!).between(from, to, partMs);
  const add = (entries: AuditEntryEntity[]) => addEntries(dataSources()[0]!, entries);

  it('are kept by hour, door and outcome, and summed up by day', async () => {
    await add([
      login(start),
      login(start + hourMs - 1),
      login(start + hourMs, { outcome: 'failure' }),
      login(start + 25 * hourMs, { appId: undefined, outcome: 'failure' }),
      login(start + 26 * hourMs, { appId: 'wxpass' }),
      login(start + 2 * dayMs),
      login(start, { event: 'logout' }),
    ]);
    await add([login(start + 1)]);
    expect(await counts()).toEqual([
      { at: start, appId: 'wx1', outcome: 'success', count: 3 },
      { at: start + hourMs, appId: 'wx1', outcome: 'failure', count: 1 },
      { at: start + 25 * hourMs, appId: null, outcome: 'failure', count: 1 },
      { at: start + 26 * hourMs, appId: 'wxpass', outcome: 'success', count: 1 },
    ]);
    expect(await counts(dayMs)).toEqual([
      { at: start, appId: 'wx1', outcome: 'failure', count: 1 },
      { at: start, appId: 'wx1', outcome: 'success', count: 3 },
      { at: start + dayMs, appId: null, outcome: 'failure', count: 1 },
      { at: start + dayMs, appId: 'wxpass', outcome: 'success', count: 1 },
    ]);
  });

  it('do not grow by entries that are there already, in whichever batch they come again', async () => {
    const entries = Array.from({ length: 10 }, (_, i) => login(start + i));
    await add(entries.slice(0, 6));
    await add(entries.slice(0, 6));
    await add(entries.slice(3));
    await add([login(start, { event: 'logout' }), ...entries]);
    expect(await counts()).toEqual([expect.objectContaining({ count: 10 })]);
    expect(await dataSources()[0]!.manager.count(AuditEntryEntity)).toBe(11);
  });

  it('are added to by many at once, and none is lost', async () => {
    const batches = Array.from({ length: 40 }, (_, batch) =>
      Array.from({ length: 25 }, (_, i) =>
        login(start + (i % 3) * hourMs, {
          appId: `wx${(batch + i) % 4}`,
          outcome: i % 2 ? 'success' : 'failure',
        }),
      ),
    );
    const all = dataSources();
    await Promise.all(batches.map((batch, i) => addEntries(all[i % all.length]!, batch)));
    expect((await counts()).reduce((sum, { count }) => sum + count, 0)).toBe(1000);
    expect(await all[0]!.manager.count(AuditEntryEntity)).toBe(1000);
  });

  it('outlive the entries, and go after two years', async () => {
    const now = Math.floor(Date.now() / hourMs) * hourMs;
    await add([login(now - 733 * dayMs), login(now - 731 * dayMs), login(now)]);
    const { dataSource, store } = storage.replicas[0]!;
    const entries = dataSource.getRepository(AuditEntryEntity);
    await new AuditRetention(entries, store, { auditRetentionMs: dayMs } as Config).runOnce();
    expect(await entries.count()).toBe(1);
    expect((await counts(hourMs, 0, now + hourMs)).map(({ at }) => at)).toEqual([now - 731 * dayMs, now]);
  });
});

it.each(backends)('logins of an earlier release are counted by the migration on $name', async (backend) => {
  const storage = await backend.open();
  const config = loadDatabaseConfig({ ...storage.env, DATABASE_MIGRATE: 'true' });
  const before = schema.migrations.findIndex(({ name }) => name.startsWith('CreateLoginCounts'));
  try {
    const earlier = { ...schema, migrations: schema.migrations.slice(0, before) };
    await withMigrationDataSource(config, earlier, async (dataSource) => {
      await runMigrations(dataSource, config);
      const entries = [login(start), login(start + 1), login(start + hourMs, { appId: undefined })];
      await dataSource.manager.insert(AuditEntryEntity, [...entries, login(start, { event: 'logout' })]);
    });
    await withMigrationDataSource(config, schema, async (dataSource) => {
      await runMigrations(dataSource, config);
      expect(await new LoginCounts(dataSource).between(0, start + dayMs, hourMs)).toEqual([
        { at: start, appId: 'wx1', outcome: 'success', count: 2 },
        { at: start + hourMs, appId: null, outcome: 'success', count: 1 },
      ]);
    });
  } finally {
    await storage.close();
  }
});
