import { setTimeout as sleep } from 'node:timers/promises';
import { IsNull, type DataSource, type EntityManager } from 'typeorm';
import type { AuditLog } from '../../src/audit/audit-log.service.js';
import type { Config } from '../../src/platform/config/config.js';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { schema } from '../../src/schema.js';
import type { SessionStates } from '../../src/session/session-states.service.js';
import { SessionEnds } from '../../src/session/session-ends.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { Sessions, type NewSession } from '../../src/session/sessions.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, embedded, shared, type Backend, type OpenBackend } from '../support/backends.js';

const dayMs = 86_400_000;
const session = { refreshTtlMs: dayMs, maxTtlMs: dayMs, refreshGraceMs: 0, limits: { web: 2 } };
const states = { announceChanges: () => Promise.resolve() } as unknown as SessionStates;
const audit = { record: () => undefined } as unknown as AuditLog;

/** A replica, of which nothing but its sessions is needed. */
const replicaOn = (manager: EntityManager) => {
  const repository = manager.getRepository(SessionEntity);
  const ends = new SessionEnds(repository, states, audit, new Metrics());
  return new Sessions(repository, ends, { session } as unknown as Config);
};

const opening: NewSession = {
  userId: 'someone',
  role: 'user',
  clientId: 'wx1',
  via: 'mini-program',
  device: { type: 'web' },
  address: '192.0.2.1',
};

/** As a login does it. */
const openBy = async (replica: Sessions) => {
  const session = await replica.open(opening);
  await replica.makeRoom(opening);
  return session;
};

function useDatabase(backend: Backend) {
  const use = {} as { storage: OpenBackend; dataSource: DataSource };
  beforeEach(async () => {
    use.storage = await backend.open();
    const config = loadDatabaseConfig({ ...use.storage.env, DATABASE_MIGRATE: 'true' });
    use.dataSource = await openDatabase(config, schema);
    const user = { id: 'someone', role: 'user', status: 'active', createdAt: 1, lastLoginAt: 1 } as const;
    await use.dataSource.manager.insert(UserEntity, user);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await use.dataSource?.destroy();
    await use.storage?.close();
  });
  return use;
}

const newestFirst = { createdAt: 'DESC', id: 'DESC' } as const;
const living = async ({ manager }: DataSource) =>
  (await manager.find(SessionEntity, { where: { endedAt: IsNull() }, order: newestFirst })).map(
    ({ id }) => id,
  );

describe.each(backends)('the limit of sessions on $name', (backend) => {
  const database = useDatabase(backend);

  it('leaves the newest, where many are opened at once', async () => {
    const { dataSource } = database;
    const replicas = [replicaOn(dataSource.manager), replicaOn(dataSource.manager)];
    for (let round = 0; round < 10; round++) {
      await Promise.all(Array.from({ length: 20 }, (_, i) => openBy(replicas[i % 2]!)));
      const opened = await dataSource.manager.find(SessionEntity, { order: newestFirst, take: 2 });
      expect(await living(dataSource)).toEqual(opened.map(({ id }) => id));
    }
  });

  it('goes by a time that is a moment of now', async () => {
    const before = Date.now();
    const { id } = await openBy(replicaOn(database.dataSource.manager));
    const { createdAt } = await database.dataSource.manager.findOneByOrFail(SessionEntity, { id });
    expect(Number.isInteger(createdAt)).toBe(true);
    expect(createdAt).toBeGreaterThanOrEqual(before - 1);
    expect(createdAt).toBeLessThanOrEqual(Date.now() + 1);
  });
});

describe(`the limit of sessions on ${shared.name}`, () => {
  const database = useDatabase(shared);

  it('never ends the one that was opened last, however wrong the clocks of the replicas are', async () => {
    const { dataSource } = database;
    const { now } = Date;
    const opened: string[] = [];
    for (const wrongByMs of [8000, -8000, 0, 60_000, -60_000, 3_600_000, -3_600_000]) {
      jest.spyOn(Date, 'now').mockImplementation(() => now() + wrongByMs);
      opened.unshift((await openBy(replicaOn(dataSource.manager))).id);
      expect(await living(dataSource)).toEqual(opened.slice(0, 2));
      await sleep(3);
    }
  });

  it('goes by the same time, whatever the time zone of a connection is', async () => {
    const runner = database.dataSource.createQueryRunner();
    try {
      for (const zone of ['+13:00', '-11:00']) {
        await runner.query('SET time_zone = ?', [zone]);
        const { id } = await openBy(replicaOn(runner.manager));
        const { createdAt } = await runner.manager.findOneByOrFail(SessionEntity, { id });
        expect(Math.abs(createdAt - Date.now())).toBeLessThan(1000);
      }
      await runner.query("SET time_zone = 'SYSTEM'");
    } finally {
      await runner.release();
    }
  });
});

describe(`the limit of sessions on ${embedded.name}`, () => {
  const database = useDatabase(embedded);

  it('never ends the one that was opened last', async () => {
    const { dataSource } = database;
    const opened: string[] = [];
    for (let i = 0; i < 5; i++) {
      opened.unshift((await openBy(replicaOn(dataSource.manager))).id);
      expect(await living(dataSource)).toEqual(opened.slice(0, 2));
      await sleep(3);
    }
  });
});
