import { randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, type OpenBackend } from '../support/backends.js';

const user = (id: string) => ({
  id,
  role: 'user' as const,
  status: 'active' as const,
  createdAt: 1,
  lastLoginAt: 1,
});

describe.each(backends)('transactions that overlap on $name', (backend) => {
  let storage: OpenBackend;
  let dataSource: DataSource;
  beforeAll(async () => {
    storage = await backend.open();
    dataSource = await openDatabase(loadDatabaseConfig(storage.env), schema);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await storage?.close();
  });

  const ids = async () => new Set((await dataSource.manager.find(UserEntity)).map(({ id }) => id));

  it('keep what they commit, whatever their neighbours roll back', async () => {
    const [rolledBack, committed, plain] = [randomUUID(), randomUUID(), randomUUID()];
    await Promise.allSettled([
      dataSource.transaction(async (manager) => {
        await manager.insert(UserEntity, user(rolledBack));
        await manager.query('SELECT 1');
        throw new Error('roll back');
      }),
      dataSource.transaction(async (manager) => {
        await manager.insert(UserEntity, user(committed));
        await manager.query('SELECT 1');
      }),
      dataSource.manager.insert(UserEntity, user(plain)),
    ]);
    const left = await ids();
    expect([left.has(rolledBack), left.has(committed), left.has(plain)]).toEqual([false, true, true]);
  });

  it('lose nothing of 300 jobs of every kind', async () => {
    const kept: string[] = [];
    const gone: string[] = [];
    const jobs = Array.from({ length: 300 }, (_, i) => {
      const id = randomUUID();
      (i % 3 === 2 ? gone : kept).push(id);
      if (i % 3 === 0) return dataSource.manager.save(UserEntity, user(id));
      return dataSource.transaction(async (manager) => {
        await manager.insert(UserEntity, user(id));
        await manager.update(UserEntity, { id }, { nickname: `n${i}` });
        if (i % 3 === 2) throw new Error('roll back');
      });
    });
    await Promise.allSettled(jobs);
    const left = await ids();
    expect(kept.filter((id) => !left.has(id))).toEqual([]);
    expect(gone.filter((id) => left.has(id))).toEqual([]);
  });

  it('nest: an inner one that fails leaves the outer one alone', async () => {
    const [outer, inner] = [randomUUID(), randomUUID()];
    await dataSource.transaction(async (manager) => {
      await manager.insert(UserEntity, user(outer));
      await manager
        .transaction(async (nested) => {
          await nested.insert(UserEntity, user(inner));
          throw new Error('roll back');
        })
        .catch(() => undefined);
    });
    const left = await ids();
    expect([left.has(outer), left.has(inner)]).toEqual([true, false]);
  });
});
