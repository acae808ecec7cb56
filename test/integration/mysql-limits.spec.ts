import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { databaseFault } from '../../src/platform/database/database-fault.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { createDatabase } from '../support/services/database.js';
import { startMariadb } from '../support/services/mariadb.js';
import type { ThrowawayServer } from '../support/services/throwaway-server.js';

describe('a MySQL server that misbehaves', () => {
  let server: ThrowawayServer;
  let dataSource: DataSource;
  beforeAll(async () => {
    server = await startMariadb();
    const { url } = await createDatabase(server.url);
    dataSource = await openDatabase(
      loadDatabaseConfig({ DATABASE_URL: url, DATABASE_MIGRATE: 'true', DATABASE_POOL_SIZE: '4' }),
      schema,
    );
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await server?.stop();
  });

  /** How each of many queries at once ends, and the longest time one of them took. */
  const ask = async (count: number, sql = 'SELECT 1') => {
    const started = Date.now();
    let longest = 0;
    const results = await Promise.all(
      Array.from({ length: count }, () =>
        dataSource
          .query(sql)
          .then(
            () => 'good',
            (error: unknown) => databaseFault(error)?.error ?? `unknown ${String(error)}`,
          )
          .finally(() => (longest = Math.max(longest, Date.now() - started))),
      ),
    );
    return { results: [...new Set(results)], longest };
  };

  const recovered = async () => {
    for (let i = 0; i < 80; i++, await sleep(50)) if ((await ask(1)).results[0] === 'good') return true;
    return false;
  };

  it('gives up a query that takes longer than a second, and its connection with it', async () => {
    const { results, longest } = await ask(1, 'SELECT SLEEP(30)');
    expect(results).toEqual(['dependency_unavailable']);
    expect(longest).toBeLessThan(1500);
    expect(await ask(8)).toMatchObject({ results: ['good'] });
  });

  it('gives up waiting for a connection after a second', async () => {
    const slow = ask(4, 'SELECT SLEEP(0.9)');
    await sleep(50);
    const { longest } = await ask(20);
    expect(longest).toBeLessThan(1500);
    await slow;
    expect(await ask(8)).toMatchObject({ results: ['good'] });
  });

  it('frozen: every query fails within the limits; thawed: it is used again', async () => {
    await ask(4);
    server.kill('SIGSTOP');
    // On a busy machine its threads stop a little later.
    await sleep(100);
    try {
      const { results, longest } = await ask(30);
      expect(results).toEqual(['dependency_unavailable']);
      expect(longest).toBeLessThan(2600);
    } finally {
      server.kill('SIGCONT');
    }
    expect(await recovered()).toBe(true);
  });

  it('killed and started again: queries fail at once, then it is used again', async () => {
    server.kill('SIGKILL');
    await sleep(200);
    const { results, longest } = await ask(10);
    expect(results).toEqual(['dependency_unavailable']);
    expect(longest).toBeLessThan(1500);
    await server.restart();
    expect(await recovered()).toBe(true);
  });

  it('waits for a lock no longer than a second', async () => {
    await dataSource.query('CREATE TABLE IF NOT EXISTS held (id INT PRIMARY KEY)');
    await dataSource.query('REPLACE INTO held VALUES (1)');
    const holder = dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('UPDATE held SET id = 1 WHERE id = 1');
    await holder.query('SELECT id FROM held WHERE id = 1 FOR UPDATE');
    const { results, longest } = await ask(1, 'UPDATE held SET id = 2 WHERE id = 1');
    await holder.rollbackTransaction();
    await holder.release();
    expect(results).toEqual(['dependency_unavailable']);
    expect(longest).toBeLessThan(1800);
  });
});

it.each([150, 200, 230, 260, 300])(
  'a MySQL server that falls silent %i bytes into new connections holds nothing up, and the pool recovers',
  async (bytes) => {
    const server = await startMariadb();
    const link = await FaultProxy.start(server.port);
    const { url } = await createDatabase(server.url);
    const DATABASE_URL = link.through(url);
    const dataSource = await openDatabase(
      loadDatabaseConfig({ DATABASE_URL, DATABASE_MIGRATE: 'true', DATABASE_POOL_SIZE: '4' }),
      schema,
    );
    const ask = () => {
      const started = Date.now();
      return dataSource.query('SELECT 1').then(
        () => ({ good: true, ms: Date.now() - started }),
        () => ({ good: false, ms: Date.now() - started }),
      );
    };
    try {
      link.strike({ reset: true });
      await sleep(50);
      link.strike({ silentAfterBytes: bytes });
      const answers = await Promise.all(Array.from({ length: 20 }, ask));
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(3000);
      link.heal();
      await sleep(2100);
      // A connection may have fallen silent while it lay idle: its next query finds that out.
      await Promise.all(Array.from({ length: 20 }, ask));
      const after = await Promise.all(Array.from({ length: 20 }, ask));
      expect(after.filter(({ good }) => good)).toHaveLength(20);
    } finally {
      await dataSource.destroy();
      await link.close();
      await server.stop();
    }
  },
);
