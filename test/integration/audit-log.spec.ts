import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { newEntryId } from '../../src/audit/audit-entry-id.js';
import { toAuditEntry, type NewAuditEntry } from '../../src/audit/audit-entry.js';
import type { AuditFilter } from '../../src/audit/audit-log-page.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { AuditRetention } from '../../src/audit/audit-retention.service.js';
import type { Config } from '../../src/platform/config/config.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { schema } from '../../src/schema.js';
import { backends, type OpenBackend } from '../support/backends.js';
import { startService } from '../support/start-service.js';

const login = { event: 'login', outcome: 'success' } as const;
const dayMs = 86_400_000;

describe.each(backends)('the audit log on $name', (backend) => {
  let storage: OpenBackend;
  let dataSource: DataSource;
  let audit: AuditLog;
  beforeAll(async () => {
    storage = await backend.open();
    dataSource = await openDatabase(loadDatabaseConfig(storage.env), schema);
    audit = new AuditLog(dataSource.getRepository(AuditEntryEntity), dataSource, new Metrics());
  });
  beforeEach(() => dataSource.getRepository(AuditEntryEntity).clear());
  afterAll(async () => {
    await audit?.onApplicationShutdown();
    await dataSource?.destroy();
    await storage?.close();
  });

  const all = async (filter: AuditFilter = {}) => (await audit.list(filter, 1000)).items;
  const seen = async (count: number, filter: AuditFilter = {}) => {
    const started = Date.now();
    while (Date.now() - started < 3000 && (await all(filter)).length < count) await sleep(10);
    expect(await all(filter)).toHaveLength(count);
    return Date.now() - started;
  };
  /** Acts of the past, oldest first: each a millisecond after the one before. */
  const seed = async (acts: Partial<NewAuditEntry>[], from = 1_790_000_000_000) => {
    const entries = acts.map((act, i) => ({
      ...toAuditEntry({ ...login, ...act }),
      id: newEntryId(from + i),
      at: from + i,
    }));
    for (let i = 0; i < entries.length; i += 500)
      await dataSource.manager.insert(AuditEntryEntity, entries.slice(i, i + 500));
    return entries;
  };

  it('shows within a second all that was said of an act', async () => {
    const userAgent = `微信 ${'😀'.repeat(600)}`;
    audit.record({
      event: 'login',
      outcome: 'failure',
      userId: 'u1',
      username: '\ud800 小明',
      address: '2001:db8::1',
      userAgent,
      appId: 'wx1',
      blocked: true,
      reason: 'too_many_requests',
    });
    expect(await seen(1)).toBeLessThan(1000);
    const [item] = await all();
    expect(item).toEqual({
      id: expect.any(String),
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      event: 'login',
      userId: 'u1',
      username: '\ufffd 小明',
      address: '2001:db8::1',
      userAgent: Array.from(userAgent).slice(0, 512).join(''),
      appId: 'wx1',
      outcome: 'failure',
      blocked: true,
      reason: 'too_many_requests',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(Math.abs(Date.parse(item!.at) - Date.now())).toBeLessThan(2000);
  });

  it('keeps a reason of 255 code points whole, and what is longer without its end', async () => {
    const reason = `by client console: ${'范围😀'.repeat(100)}`;
    audit.record({ ...login, event: 'block_added', reason });
    await seen(1);
    expect((await all())[0]!.reason).toBe(Array.from(reason).slice(0, 255).join(''));
  });

  it('takes 2000 entries without making anyone wait, and shows each once', async () => {
    const started = performance.now();
    for (let i = 0; i < 2000; i++) audit.record({ ...login, username: String(i) });
    expect(performance.now() - started).toBeLessThan(250);
    while ((await dataSource.manager.count(AuditEntryEntity)) < 2000) await sleep(20);
    await sleep(300);
    expect(await dataSource.manager.count(AuditEntryEntity)).toBe(2000);
  });

  it('never throws, whatever it is given', () => {
    expect(() => audit.record(null as unknown as NewAuditEntry)).not.toThrow();
    expect(() => audit.record({ ...login, userAgent: Symbol() as unknown as string })).not.toThrow();
  });

  it('keeps what is recorded amid a transaction that is rolled back', async () => {
    await dataSource
      .transaction(async (manager) => {
        for (let i = 0; i < 250; i++) audit.record(login);
        audit.record(login);
        await manager.query('SELECT 1');
        await sleep(400);
        throw new Error('roll back');
      })
      .catch(() => undefined);
    await seen(251);
  });

  it('filters by each and by all', async () => {
    const acts: Partial<NewAuditEntry>[] = [];
    for (const event of ['login', 'logout'] as const)
      for (const userId of ['u1', 'u2'])
        for (const address of ['192.0.2.1', '2001:db8::1'])
          for (const blocked of [false, true]) acts.push({ event, userId, address, blocked });
    const entries = await seed(acts);
    const start = entries[0]!.at;
    const whole = { event: 'logout', userId: 'u2', address: '2001:db8::1', blocked: true };
    const names = Object.keys(whole) as (keyof typeof whole)[];
    for (let mask = 0; mask < 2 ** names.length; mask++) {
      const chosen = names.filter((_, i) => mask & (1 << i));
      const filter: AuditFilter = Object.fromEntries(chosen.map((name) => [name, whole[name]]));
      const expected = entries.filter((entry) => chosen.every((name) => entry[name] === whole[name]));
      const expectedIds = expected.map(({ id }) => id).reverse();
      expect([filter, (await all(filter)).map(({ id }) => id)]).toEqual([filter, expectedIds]);
      const window = { ...filter, from: start + 3, to: start + 12 };
      const within = expected.filter(({ at }) => at >= start + 3 && at < start + 12).map(({ id }) => id);
      expect([window, (await all(window)).map(({ id }) => id)]).toEqual([window, within.reverse()]);
    }
    expect(await all({ userId: 'nobody' })).toEqual([]);
    expect(await all({ userId: 'U1' })).toEqual([]);
    expect(await all({ from: start + 5, to: start + 5 })).toEqual([]);
    expect(await all({ blocked: false })).toHaveLength(8);
  });

  it.each([{}, { event: 'login' }, { userId: 'u1' }, { address: '192.0.2.1' }])(
    'turns its pages without a gap or a repetition while entries come: %j',
    async (filter) => {
      const entries = await seed(
        Array.from({ length: 95 }, (_, i) => ({
          userId: 'u1',
          address: '192.0.2.1',
          blocked: i % 3 === 0,
        })),
      );
      const ids: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const page = await audit.list(filter, 10, cursor);
        ids.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor ?? undefined;
        pages += 1;
        audit.record({ ...login, userId: 'u1' });
        await sleep(pages < 3 ? 250 : 0);
      } while (cursor);
      expect(ids).toEqual(entries.map(({ id }) => id).reverse());
      expect(pages).toBe(10);
      await seen(105);
    },
  );

  it('has no next page where the last is just full', async () => {
    await seed(Array.from({ length: 10 }, () => ({})));
    expect(await audit.list({}, 10)).toMatchObject({ nextCursor: null });
    expect((await audit.list({}, 9)).nextCursor).not.toBeNull();
    await dataSource.getRepository(AuditEntryEntity).clear();
    expect(await audit.list({}, 10)).toEqual({ items: [], nextCursor: null });
  });

  it.each(['', 'x', "' OR 1=1 --", '0199c3a4-5d1e-7c42-9a6b-3f0e8d7c1b25', 'A'.repeat(1000)])(
    'refuses a cursor it did not give: %j',
    async (cursor) => {
      await expect(audit.list({}, 10, cursor)).rejects.toMatchObject({ error: 'invalid_request' });
    },
  );

  describe('that is older than it is to be kept', () => {
    const config = { auditRetentionMs: 30 * dayMs } as Config;
    const replica = (store: MemoryStore) =>
      new AuditRetention(dataSource.getRepository(AuditEntryEntity), store, config);

    it('goes, in more than one bite, and nothing else does', async () => {
      const now = Date.now();
      await seed(
        Array.from({ length: 2500 }, () => ({})),
        now - 40 * dayMs,
      );
      const kept = await seed([{}, {}], now - 30 * dayMs + 60_000);
      expect(await replica(new MemoryStore()).runOnce()).toBe(2500);
      expect((await all()).map(({ id }) => id)).toEqual(kept.map(({ id }) => id).reverse());
    });

    it('is deleted by one of the replicas that try at the same time, and not again within the hour', async () => {
      await seed(
        Array.from({ length: 1200 }, () => ({})),
        Date.now() - 40 * dayMs,
      );
      let now = Date.now();
      const store = new MemoryStore(() => now);
      const replicas = [replica(store), replica(store)];
      const deleted = await Promise.all(replicas.map((each) => each.runOnce()));
      expect([...deleted].sort()).toEqual([0, 1200]);
      await seed([{}], Date.now() - 40 * dayMs);
      expect(await replicas[0]!.runOnce()).toBe(0);
      now += 60 * 60_000;
      expect(await replicas[1]!.runOnce()).toBe(1);
    });
  });

  it('is whole after a shutdown that follows at once', async () => {
    const service = await startService(backend);
    try {
      for (let i = 0; i < 1003; i++) service.app.get(AuditLog).record({ ...login, username: String(i) });
      await service.app.close();
      const again = await service.addReplica();
      expect((await again.app.get(AuditLog).list({}, 2000)).items).toHaveLength(1003);
    } finally {
      await service.close();
    }
  });
});
