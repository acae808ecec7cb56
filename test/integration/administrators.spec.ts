import { v7 as newId } from 'uuid';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import {
  holdAdministrators,
  isAdministrator,
  requireAnotherAdministrator,
} from '../../src/users/administrators.js';
import { UserEntity, type Role } from '../../src/users/user.entity.js';
import { backends, embedded, shared } from '../support/backends.js';
import { type OpenStorage, openStorage } from '../support/open-storage.js';

function newUser(role: Role, status: 'active' | 'locked' = 'active') {
  return { id: newId(), role, status, createdAt: 1, lastLoginAt: 1 };
}

describe.each(backends)('the administrators on $name', (backend) => {
  let storage: OpenStorage;
  let database: DataSource;
  beforeAll(async () => {
    storage = await openStorage(backend, 1);
    database = storage.replicas[0]!.dataSource;
  });
  afterAll(() => storage?.close());
  beforeEach(() => database.manager.deleteAll(UserEntity));

  const refusalOf = (userId: string) =>
    database
      .transaction(async (manager) => {
        await holdAdministrators(manager);
        await requireAnotherAdministrator(manager, userId);
      })
      .then(
        () => 'none',
        ({ error }: { error?: string }) => error,
      );

  it('are those who are active: one of them must be left', async () => {
    const [one, locked, auditor] = [newUser('admin'), newUser('admin', 'locked'), newUser('auditor')];
    await database.manager.insert(UserEntity, [one, locked, auditor, newUser('user')]);
    expect([one, locked, auditor].map(isAdministrator)).toEqual([true, false, false]);
    expect(await refusalOf(one.id)).toBe('last_administrator');
    // Nothing changes where these go.
    for (const { id } of [locked, auditor]) expect(await refusalOf(id)).toBe('none');
    await database.manager.insert(UserEntity, newUser('admin'));
    expect(await refusalOf(one.id)).toBe('none');
  });

  it('are held without a change to any of them', async () => {
    const users = [newUser('admin'), newUser('user')];
    await database.manager.insert(UserEntity, users);
    const before = await database.manager.find(UserEntity);
    await database.transaction(holdAdministrators);
    expect(await database.manager.find(UserEntity)).toEqual(before);
  });
});

describe.each([4, 3000])('among %i users MySQL, asked to hold the administrators,', (count) => {
  let storage: OpenStorage;
  let database: DataSource;
  let holder: QueryRunner;
  const [admin, lockedAdmin, user] = [newUser('admin'), newUser('admin', 'locked'), newUser('user')];
  beforeAll(async () => {
    storage = await openStorage(shared, 1);
    database = storage.replicas[0]!.dataSource;
    const users = [admin, lockedAdmin, user, ...Array.from({ length: count - 3 }, () => newUser('user'))];
    for (let i = 0; i < users.length; i += 500)
      await database.manager.insert(UserEntity, users.slice(i, i + 500));
    await database.query('ANALYZE TABLE users');
    holder = database.createQueryRunner();
    await holder.startTransaction();
    await holdAdministrators(holder.manager);
  });
  afterAll(async () => {
    await holder?.rollbackTransaction();
    await holder?.release();
    await storage?.close();
  });

  /** Whether a write of this user gets through while the administrators are held. */
  const isFree = (id: string) =>
    database.manager.update(UserEntity, { id }, { lastLoginAt: Date.now() }).then(
      () => true,
      ({ driverError }: { driverError?: { code?: string } }) => {
        expect(['ER_LOCK_WAIT_TIMEOUT', 'ER_QUERY_TIMEOUT', 'PROTOCOL_SEQUENCE_TIMEOUT']).toContain(
          driverError?.code,
        );
        return false;
      },
    );

  it('holds them and nobody else', async () => {
    expect(await isFree(user.id)).toBe(true);
    expect(await isFree(lockedAdmin.id)).toBe(true);
    expect(await isFree(admin.id)).toBe(false);
  });

  it('lets new users come in meanwhile', async () => {
    const newcomer = newUser('user');
    await database.manager.insert(UserEntity, newcomer);
    expect(await isFree(newcomer.id)).toBe(true);
  });

  it('reads the index of roles alone', async () => {
    const { sql, parameters } = await holdingStatement(database);
    const [plan] = await database.query<{ key: string; rows: number | string }[]>(
      `EXPLAIN ${sql}`,
      parameters,
    );
    expect([plan!.key, Number(plan!.rows)]).toEqual(['users_role', 1]);
  });
});

it('SQLite reads the index of roles alone to hold the administrators', async () => {
  const storage = await openStorage(embedded, 1);
  try {
    const { dataSource } = storage.replicas[0]!;
    const { sql, parameters } = await holdingStatement(dataSource);
    const plan = await dataSource.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`, parameters);
    expect(plan.map(({ detail }) => detail)).toEqual([expect.stringContaining('users_role')]);
  } finally {
    await storage.close();
  }
});

/** What the administrators are held by, and nothing beside. */
async function holdingStatement(dataSource: DataSource): Promise<{ sql: string; parameters: unknown[] }> {
  const statements: { sql: string; parameters: unknown[] }[] = [];
  const query = async (sql: string, parameters: unknown[]) => statements.push({ sql, parameters });
  await holdAdministrators({ dataSource, query } as unknown as EntityManager);
  expect(statements).toHaveLength(1);
  return statements[0]!;
}
