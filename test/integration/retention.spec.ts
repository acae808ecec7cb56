import { randomUUID } from 'node:crypto';
import { Not } from 'typeorm';
import { byCommand } from '../../src/audit/act.js';
import type { Config } from '../../src/platform/config/config.js';
import { SessionRetention } from '../../src/session/session-retention.service.js';
import { Sessions } from '../../src/session/sessions.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { UserMergeEntity } from '../../src/users/user-merge.entity.js';
import { UserRetention } from '../../src/users/user-retention.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, embedded } from '../support/backends.js';
import { AuditRecorder, endNothing, identityServicesOn } from '../support/identity-services.js';
import { brokenLaws } from '../support/one-person-laws.js';
import { World } from '../support/one-person-world.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';

const dayMs = 86_400_000;

describe.each(backends)('what is over on $name', (backend) => {
  let storage: OpenStorage;
  beforeAll(async () => {
    storage = await openStorage(backend, backend === embedded ? 1 : 2);
  });
  afterAll(() => storage?.close());
  beforeEach(async () => {
    for (const claim of ['session-retention', 'user-retention'])
      await storage.replicas[0]!.store.delete(claim);
    await manager().delete(UserMergeEntity, { id: Not('') });
    await manager().delete(UserEntity, { id: Not('') });
  });

  const manager = () => storage.replicas[0]!.dataSource.manager;
  /** Each of two replicas tries; the embedded database has but one. */
  const replicas = () => [storage.replicas[0]!, storage.replicas.at(-1)!];
  const sessionRetentions = () =>
    replicas().map(({ dataSource, store }) => {
      return new SessionRetention(dataSource.getRepository(SessionEntity), store);
    });
  const userRetentions = () =>
    replicas().map(({ dataSource, store }) => new UserRetention(dataSource, store));
  const runAll = (chores: { runOnce(): Promise<number> }[]) =>
    Promise.all(chores.map((chore) => chore.runOnce()));

  const addUser = async (fields: Partial<UserEntity> = {}) => {
    const id = randomUUID();
    const user = { id, role: 'user', status: 'active', createdAt: 1, lastLoginAt: 1, ...fields } as const;
    await manager().insert(UserEntity, user);
    return id;
  };
  const sessionOf = (userId: string, fields: Partial<SessionEntity>): Partial<SessionEntity> => ({
    id: randomUUID(),
    userId,
    role: 'user',
    clientId: 'wx1',
    via: 'website',
    deviceType: 'web',
    address: '192.0.2.1',
    familyHash: 'f',
    refreshHash: 'r',
    rotatedAt: 1,
    createdAt: 1,
    authenticatedAt: 1,
    lastSeenAt: 1,
    expiresAt: Date.now() + dayMs,
    maxExpiresAt: Date.now() + 100 * dayMs,
    ...fields,
  });
  const addSessions = async (...sessions: Partial<SessionEntity>[]) => {
    for (let i = 0; i < sessions.length; i += 500) {
      await manager().insert(SessionEntity, sessions.slice(i, i + 500));
    }
  };
  const sessionIds = async () =>
    (await manager().find(SessionEntity, { order: { id: 'ASC' } })).map(({ id }) => id);
  const userIds = async () => (await manager().find(UserEntity)).map(({ id }) => id).sort();

  describe('of sessions', () => {
    it('goes a week after the life of the refresh token, ended or not, and nothing else does', async () => {
      const user = await addUser();
      const now = Date.now();
      const over = now - 7 * dayMs - 60_000;
      const kept = [
        sessionOf(user, {}),
        sessionOf(user, { endedAt: now - 20 * dayMs, endReason: 'kicked' }),
        sessionOf(user, { expiresAt: now - 7 * dayMs + 60_000 }),
      ];
      const keptIds = kept.map(({ id }) => id).sort();
      await addSessions(
        ...kept,
        sessionOf(user, { expiresAt: over }),
        sessionOf(user, { expiresAt: over, endedAt: over - dayMs, endReason: 'logged_out' }),
        sessionOf(user, { expiresAt: over, maxExpiresAt: over }),
      );
      expect((await runAll(sessionRetentions())).sort()).toEqual([0, 3]);
      expect(await sessionIds()).toEqual(keptIds);
    });

    it('is told its reason until then, and afterwards is a refresh token that nobody knows', async () => {
      const repository = manager().getRepository(SessionEntity);
      const session = { refreshTtlMs: dayMs, maxTtlMs: dayMs, refreshGraceMs: 0, limits: {} };
      const sessions = new Sessions(repository, undefined as never, { session } as unknown as Config);
      const { refreshToken } = await sessions.open({
        userId: await addUser(),
        role: 'user',
        clientId: 'wx1',
        via: 'website',
        device: { type: 'web' },
        address: '192.0.2.1',
      });
      const answer = () => sessions.rotate(refreshToken).catch((error: unknown) => error);
      await repository.update({ id: Not('') }, { expiresAt: Date.now() - 6 * dayMs });
      await runAll(sessionRetentions());
      expect(await answer()).toMatchObject({ error: 'session_ended', details: { reason: 'expired' } });
      await storage.replicas[0]!.store.delete('session-retention');
      await repository.update({ id: Not('') }, { expiresAt: Date.now() - 8 * dayMs });
      await runAll(sessionRetentions());
      expect(await answer()).toMatchObject({ error: 'refresh_token_invalid' });
    });

    it('goes in more than one bite, by one replica of two, and not again within the hour', async () => {
      const user = await addUser();
      await addSessions(...Array.from({ length: 2100 }, () => sessionOf(user, { expiresAt: 1 })));
      const chores = sessionRetentions();
      expect((await runAll(chores)).sort((a, b) => a - b)).toEqual([0, 2100]);
      await addSessions(sessionOf(user, { expiresAt: 1 }));
      expect(await runAll(chores)).toEqual([0, 0]);
      expect(await sessionIds()).toHaveLength(1);
    });
  });

  describe('of merged users', () => {
    const later = (mergedAt: number) => manager().update(UserMergeEntity, { id: Not('') }, { mergedAt });

    /** Services, and a person whom every app knows. */
    const world = () => {
      const audit = new AuditRecorder();
      const people = new World(storage.replicas[0]!.dataSource);
      const { identities, merges } = identityServicesOn(storage.replicas[0]!.dataSource, audit);
      const logIn = async (app: number, shown = true) => {
        const proof = people.proof({ person: 0, app }, shown ? 'present' : 'scope_base');
        return (await identities.identify(proof, endNothing)).user.id;
      };
      const undoLast = async () => {
        const merge = await manager().findOneByOrFail(UserMergeEntity, {});
        await merges.undo(merge.id, endNothing, byCommand);
      };
      return { logIn, undoLast, people };
    };

    it('goes after 30 days, with its sessions, once for all replicas', async () => {
      const { logIn, people } = world();
      const older = await logIn(0);
      const younger = await logIn(1, false);
      await addSessions(sessionOf(younger, { endedAt: 1, endReason: 'merged' }));
      expect(await logIn(1)).toBe(older);
      await later(Date.now() - 30 * dayMs + 60_000);
      expect(await runAll(userRetentions())).toEqual([0, 0]);
      await storage.replicas[0]!.store.delete('user-retention');
      await later(Date.now() - 30 * dayMs);
      expect((await runAll(userRetentions())).sort()).toEqual([0, 1]);
      expect(await userIds()).toEqual([older]);
      expect(await manager().count(UserMergeEntity)).toBe(0);
      expect(await sessionIds()).toEqual([]);
      expect(await logIn(1)).toBe(older);
      expect(brokenLaws(await people.snapshot())).toEqual([]);
    });

    it('goes whole where several became one after the other, in more than one bite', async () => {
      const survivor = await addUser();
      const chain = await Promise.all(
        Array.from({ length: 120 }, () => addUser({ status: 'merged', mergedInto: survivor })),
      );
      for (const [i, mergedId] of chain.entries()) {
        const survivorId = chain[i + 1] ?? survivor;
        await manager().update(UserEntity, { id: mergedId }, { mergedInto: survivorId });
        await manager().insert(UserMergeEntity, { id: randomUUID(), survivorId, mergedId, mergedAt: i });
      }
      expect((await runAll(userRetentions())).sort((a, b) => a - b)).toEqual([0, 120]);
      expect(await userIds()).toEqual([survivor]);
    });

    it('leaves those alone whom an operator has parted, and they are never one again', async () => {
      const { logIn, undoLast } = world();
      const older = await logIn(0);
      const younger = await logIn(1, false);
      await logIn(1);
      await undoLast();
      await later(1);
      expect(await runAll(userRetentions())).toEqual([0, 0]);
      const [pair] = await manager().find(UserMergeEntity);
      expect(pair).toMatchObject({ survivorId: older, mergedId: younger, beforeSealed: null });
      expect([await logIn(0), await logIn(1)]).toEqual([older, younger]);
    });

    it('leaves parted also who was parted from the one who goes', async () => {
      const { logIn, undoLast, people } = world();
      const oldest = await logIn(2, false);
      const older = await logIn(0);
      const younger = await logIn(1, false);
      await logIn(1);
      await undoLast();
      expect(await logIn(2)).toBe(oldest);
      await later(1);
      expect((await runAll(userRetentions())).sort()).toEqual([0, 1]);
      expect(await userIds()).toEqual([oldest, younger].sort());
      expect(await userIds()).not.toContain(older);
      expect([await logIn(0), await logIn(1), await logIn(2)]).toEqual([oldest, younger, oldest]);
      expect(brokenLaws(await people.snapshot())).toEqual([]);
    });
  });

  it('of erased users goes once their last session has gone', async () => {
    const [gone, told, alive] = [
      await addUser({ status: 'erased' }),
      await addUser({ status: 'erased' }),
      await addUser(),
    ];
    await addSessions(sessionOf(told, { endedAt: 1, endReason: 'user_erased' }));
    expect((await runAll(userRetentions())).sort()).toEqual([0, 1]);
    expect(await userIds()).toEqual([told, alive].sort());
    expect(gone).not.toBe(told);
    await manager().delete(SessionEntity, { userId: told });
    await storage.replicas[0]!.store.delete('user-retention');
    expect((await runAll(userRetentions())).sort()).toEqual([0, 1]);
    expect(await userIds()).toEqual([alive]);
  });

  it('is looked for by an index', async () => {
    const user = await addUser();
    await addSessions(...Array.from({ length: 600 }, () => sessionOf(user, {})));
    const explain = backend === embedded ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const planOf = async (sql: string) => JSON.stringify(await manager().query(`${explain} ${sql}`));
    const sessions = 'SELECT id FROM sessions WHERE expires_at < 1 ORDER BY expires_at LIMIT 1000';
    expect(await planOf(sessions)).toContain('sessions_expiry');
    const erased = `SELECT u.id FROM users u WHERE u.status = 'erased'
      AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id) LIMIT 100`;
    const plan = await planOf(erased);
    expect(plan).toContain('users_status');
    expect(plan).toContain('sessions_user');
  });

  it('makes no login hold more users than its own', async () => {
    const explain = backend === embedded ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const ids: string[] = [];
    for (const count of [2, 5, 100]) {
      while (ids.length < count) ids.push(await addUser());
      const hold = `UPDATE users SET status = status WHERE id IN ('${ids[0]}', '${ids[1]}')
        AND status IN ('active', 'locked')`;
      const [plan] = await manager().query<Record<string, unknown>[]>(`${explain} ${hold}`);
      const used = plan!.detail ?? plan!.key;
      expect(used).toMatch(/^PRIMARY$|sqlite_autoindex_users_1/);
    }
  });
});
