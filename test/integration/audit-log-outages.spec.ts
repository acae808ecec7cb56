import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { AuditRetention } from '../../src/audit/audit-retention.service.js';
import type { Config } from '../../src/platform/config/config.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { schema } from '../../src/schema.js';
import { createDatabase } from '../support/services/database.js';
import { startMariadb } from '../support/services/mariadb.js';
import type { ThrowawayServer } from '../support/services/throwaway-server.js';

describe('the audit log while the database is away', () => {
  let server: ThrowawayServer;
  let dataSource: DataSource;
  let audit: AuditLog;
  let recorded = 0;
  beforeAll(async () => {
    server = await startMariadb();
    const { url } = await createDatabase(server.url);
    dataSource = await openDatabase(
      loadDatabaseConfig({ DATABASE_URL: url, DATABASE_MIGRATE: 'true' }),
      schema,
    );
    audit = new AuditLog(dataSource.getRepository(AuditEntryEntity), dataSource, new Metrics());
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await server?.stop();
  });

  /** Milliseconds that the slowest of them took. */
  const record = (count: number) => {
    let slowest = 0;
    for (let i = 0; i < count; i++) {
      const started = performance.now();
      audit.record({ event: 'login', outcome: 'success', username: String(++recorded) });
      slowest = Math.max(slowest, performance.now() - started);
    }
    return slowest;
  };
  const names = async () => {
    const { items } = await audit.list({}, 20_000);
    return items.map(({ username }) => Number(username)).reverse();
  };
  /** Logins in all hours: a batch whose fate was unknown must not count twice. */
  const counted = async () => {
    const [row] = await dataSource.query<{ n: string }[]>('SELECT SUM(count) AS n FROM login_counts');
    return Number(row!.n);
  };
  const allWritten = async () => {
    for (let i = 0; i < 200; i++, await sleep(50)) {
      const found = await names().catch(() => []);
      if (found.length >= recorded) break;
    }
    expect(await names()).toEqual(Array.from({ length: recorded }, (_, i) => i + 1));
    expect(await counted()).toBe(recorded);
  };

  it('frozen and thawed: nobody waited, nothing is lost, nothing is there twice', async () => {
    record(10);
    await allWritten();
    server.kill('SIGSTOP');
    try {
      expect(record(300)).toBeLessThan(200);
      // Long enough for batches to time out that the thawed server will still write.
      await sleep(2500);
      expect(record(300)).toBeLessThan(200);
    } finally {
      server.kill('SIGCONT');
    }
    await allWritten();
  });

  it('killed and started again: nobody waited, nothing is lost, nothing is there twice', async () => {
    record(100);
    server.kill('SIGKILL');
    for (let i = 0; i < 10; i++, await sleep(50)) expect(record(50)).toBeLessThan(200);
    await server.restart();
    await allWritten();
  });

  it('killed in the middle of writing, again and again: nothing is lost, nothing is there twice', async () => {
    for (let round = 0; round < 3; round++) {
      record(1000);
      await sleep(5 + round * 10);
      server.kill('SIGKILL');
      await server.restart();
    }
    await allWritten();
  });

  it('a process that ends meanwhile ends within its limit', async () => {
    const leaving = new AuditLog(dataSource.getRepository(AuditEntryEntity), dataSource, new Metrics());
    server.kill('SIGSTOP');
    try {
      leaving.record({ event: 'logout', outcome: 'success' });
      const started = Date.now();
      await leaving.onApplicationShutdown();
      expect(Date.now() - started).toBeLessThan(2500);
    } finally {
      server.kill('SIGCONT');
    }
  });
});

describe('the retention of the audit log while the database is away', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());

  it('tries a minute after the start and then every hour, and breaks nothing', async () => {
    const tries: number[] = [];
    const started = Date.now();
    const store = new (class extends MemoryStore {
      override setIfAbsent = async () => {
        tries.push(Math.round((Date.now() - started) / 60_000));
        throw new Error('away');
      };
    })();
    const retention = new AuditRetention(undefined as never, store, { auditRetentionMs: 1 } as Config);
    retention.onApplicationBootstrap();
    await jest.advanceTimersByTimeAsync(3.5 * 60 * 60_000);
    expect(tries).toEqual([1, 61, 121, 181]);
    await retention.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(3 * 60 * 60_000);
    expect(tries).toHaveLength(4);
  });
});
