import { byCommand } from '../../src/audit/act.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { StoreUnavailableError } from '../../src/platform/store/store-unavailable-error.js';
import type { EndSessions } from '../../src/users/merges.service.js';
import { sealedPhone } from '../../src/users/sealed-user-columns.js';
import { UserMergeEntity } from '../../src/users/user-merge.entity.js';
import { UserPasswordEntity } from '../../src/users/user-password.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { Users } from '../../src/users/users.service.js';
import type { UnionidStatus } from '../../src/users/wechat-identity.entity.js';
import { backends, embedded } from '../support/backends.js';
import {
  allowed,
  AuditRecorder,
  endNothing,
  identityServicesOn,
  testSealer,
  type IdentityServices,
} from '../support/identity-services.js';
import { brokenLaws } from '../support/one-person-laws.js';
import { apps, World } from '../support/one-person-world.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';

type AppName = (typeof apps)[number]['name'];

const dayMs = 86_400_000;

describe.each(backends)('merging on $name', (backend) => {
  let storage: OpenStorage;
  let world: World;
  let audit: AuditRecorder;
  let replicas: IdentityServices[];

  beforeAll(async () => {
    storage = await openStorage(backend, backend === embedded ? 1 : 2);
  });
  afterAll(() => storage?.close());
  beforeEach(() => {
    anew();
  });

  const anew = () => {
    world = new World(database());
    audit = new AuditRecorder();
    replicas = storage.replicas.map(({ dataSource }) => identityServicesOn(dataSource, audit));
  };
  const database = () => storage.replicas[0]!.dataSource;
  const replica = (i: number) => replicas[i % replicas.length]!;
  const proofOf = (person: number, app: AppName, status: UnionidStatus) =>
    world.proof({ person, app: apps.findIndex(({ name }) => name === app) }, status);
  const logIn = async (
    app: AppName,
    { person = 0, shown = true, on = replica(0), endSessions = endNothing } = {},
  ) => {
    const proof = proofOf(person, app, shown ? 'present' : 'scope_base');
    return (await on.identities.identify(proof, endSessions)).user.id;
  };
  const userOf = (id: string) => database().manager.findOneByOrFail(UserEntity, { id });
  const setUser = (id: string, values: Partial<UserEntity>) =>
    database().manager.update(UserEntity, { id }, values);
  const setAccount = async (userId: string, username: string) => {
    await setUser(userId, { username });
    const row = { userId, usernameKey: userId, hash: `of ${username}`, changedAt: 1 };
    await database().manager.insert(UserPasswordEntity, row);
  };
  const outcomeOf = (act: Promise<unknown>) =>
    act.then(
      () => 'done',
      (error: unknown) => (error instanceof AppError ? error.error : String(error)),
    );
  const lawful = async () => expect(brokenLaws(await world.snapshot())).toEqual([]);
  const anewAudit = () => void audit.entries.splice(0);
  const unmade = async () => {
    const { merges } = await world.snapshot();
    return merges.find(({ undoneAt }) => undoneAt === null)!;
  };
  const onlyMerge = async () => {
    const { merges } = await world.snapshot();
    expect(merges).toHaveLength(1);
    return merges[0]!;
  };
  const undo = async (endSessions: EndSessions = endNothing) =>
    replica(0).merges.undo((await onlyMerge()).id, endSessions, byCommand);
  const identityIn = async (app: AppName, person = 0) => {
    const { appId, openid } = proofOf(person, app, 'present');
    return (await world.snapshot()).identities.find((one) => one.appId === appId && one.openid === openid)!;
  };

  /** One person as two users, until their unionid is shown at the site; `older` and `younger` are their ids. */
  const twoUsers = async () => {
    const older = await logIn('mini');
    const younger = await logIn('site', { shown: false });
    expect(younger).not.toBe(older);
    return { older, younger };
  };

  describe('joins two users whom a unionid proves to be one person', () => {
    it('and the older survives where the unionid comes to the younger', async () => {
      const { older, younger } = await twoUsers();
      expect(await logIn('site')).toBe(older);
      expect(await userOf(younger)).toMatchObject({ status: 'merged', mergedInto: older });
      expect(audit.of('users_merged')).toEqual([
        expect.objectContaining({ outcome: 'success', userId: older, reason: younger }),
      ]);
      await lawful();
    });

    it('and the older survives where the unionid comes to the older', async () => {
      const older = await logIn('site', { shown: false });
      const younger = await logIn('mini');
      expect(await logIn('site')).toBe(older);
      expect(await logIn('mini')).toBe(older);
      expect(await userOf(younger)).toMatchObject({ status: 'merged', mergedInto: older });
      await lawful();
    });

    it('and takes what moved along where the survivor itself becomes another', async () => {
      const oldest = await logIn('account', { shown: false });
      const { younger } = await twoUsers();
      await logIn('site');
      expect(await logIn('account')).toBe(oldest);
      expect(await Promise.all((['mini', 'site'] as const).map((app) => logIn(app)))).toEqual([
        oldest,
        oldest,
      ]);
      expect((await userOf(younger)).status).toBe('merged');
      await lawful();
    });

    it.each(['older', 'younger'] as const)('and the result is locked where the %s was', async (which) => {
      const users = await twoUsers();
      await setUser(users[which], { status: 'locked' });
      const ended: string[] = [];
      const endSessions: EndSessions = (_, ...userIds) => Promise.resolve(void ended.push(...userIds));
      await logIn('site', { endSessions });
      expect(ended).toEqual(which === 'older' ? [users.younger] : [users.younger, users.older]);
      expect((await userOf(users.older)).status).toBe('locked');
      await undo();
      expect((await userOf(users[which])).status).toBe('locked');
      const other = which === 'older' ? 'younger' : 'older';
      expect((await userOf(users[other])).status).toBe('active');
    });

    it('once, however many logins show it at the same moment', async () => {
      const { older } = await twoUsers();
      const ids = await Promise.all(Array.from({ length: 50 }, (_, i) => logIn('site', { on: replica(i) })));
      expect(new Set(ids)).toEqual(new Set([older]));
      await onlyMerge();
      expect(audit.of('users_merged')).toHaveLength(1);
      await lawful();
    });

    it('and finds the survivor where it happens between a login and its answer', async () => {
      const older = await logIn('site', { shown: false });
      await logIn('mini');
      class OvertakenUsers extends Users {
        private overtaken = false;

        override async find(id: string) {
          if (!this.overtaken) {
            this.overtaken = true;
            await logIn('site');
          }
          return super.find(id);
        }
      }
      const users = new OvertakenUsers(database().getRepository(UserEntity), database());
      const on = identityServicesOn(database(), audit, { users });
      expect(await logIn('account', { on })).toBe(older);
      expect(audit.of('users_merged')).toHaveLength(1);
      await lawful();
    });
  });

  describe('leaves two users as they are', () => {
    const refused = async (users: { older: string; younger: string }, by = replica(0)) => {
      const before = await world.snapshot();
      expect(await outcomeOf(logIn('site', { on: by }))).toBe('identity_conflict');
      expect(await world.snapshot()).toEqual(before);
      expect(audit.of('identity_conflict')).toEqual([
        expect.objectContaining({ outcome: 'failure', userId: users.older, reason: users.younger }),
      ]);
      expect(audit.of('users_merged')).toEqual([]);
    };

    it.each([
      ['older', 'admin'],
      ['older', 'auditor'],
      ['younger', 'admin'],
      ['younger', 'auditor'],
    ] as const)('where the %s is an %s', async (which, role) => {
      const users = await twoUsers();
      await setUser(users[which], { role });
      await refused(users);
    });

    it('where both have usernames', async () => {
      const users = await twoUsers();
      await setAccount(users.older, 'first');
      await setAccount(users.younger, 'second');
      await refused(users);
    });

    it('where the operator wants none merged', async () => {
      const users = await twoUsers();
      await refused(users, identityServicesOn(database(), audit, { unionMerge: 'refuse' }));
    });

    it('where their sessions cannot be ended, with whatever was written in the same transaction', async () => {
      const { older, younger } = await twoUsers();
      const before = await world.snapshot();
      const told: string[] = [];
      const fail: EndSessions = async (manager, ...userIds) => {
        told.push(...userIds);
        await manager.update(UserEntity, { id: older }, { nickname: 'half done' });
        throw new Error('no sessions today');
      };
      expect(await outcomeOf(logIn('site', { endSessions: fail }))).toBe('Error: no sessions today');
      expect(told).toEqual([younger]);
      expect(await world.snapshot()).toEqual(before);
      expect(audit.entries).toEqual([]);
    });
  });

  describe('by hand', () => {
    const byHand = (one: string, other: string, { on = replica(0), endSessions = endNothing } = {}) =>
      on.merges.mergeByHand(one, other, endSessions, byCommand);

    it('joins users whom no unionid joins; the older survives, however they are named, and an undo parts them', async () => {
      const { older, younger } = await twoUsers();
      const before = await world.snapshot();
      for (const pair of [
        [older, younger],
        [younger, older],
      ] as const) {
        anewAudit();
        const ended: string[] = [];
        const endSessions: EndSessions = (_, ...userIds) => Promise.resolve(void ended.push(...userIds));
        expect(await byHand(...pair, { endSessions })).toBe(older);
        expect(ended).toEqual([younger]);
        expect(await logIn('site', { shown: false })).toBe(older);
        expect(audit.of('users_merged')).toEqual([
          { event: 'users_merged', outcome: 'success', userId: older, reason: `by command: ${younger}` },
        ]);
        const merge = await unmade();
        expect(merge).toMatchObject({ survivorId: older, mergedId: younger, appId: null });
        await replica(0).merges.undo(merge.id, endNothing, byCommand);
        expect({ ...(await world.snapshot()), merges: [] }).toEqual(before);
      }
      await lawful();
    });

    it('joins them also where logins must not, and those whom an operator has parted', async () => {
      const { older, younger } = await twoUsers();
      await logIn('site');
      await undo();
      const careful = identityServicesOn(database(), audit, { unionMerge: 'refuse' });
      expect(await byHand(older, younger, { on: careful })).toBe(older);
      expect(await logIn('site')).toBe(older);
    });

    it.each(['admin', 'auditor'] as const)('joins no %s with anybody', async (role) => {
      const { older, younger } = await twoUsers();
      await setUser(younger, { role });
      const before = await world.snapshot();
      expect(await outcomeOf(byHand(older, younger))).toBe('identity_conflict');
      expect(await world.snapshot()).toEqual(before);
    });

    it('joins no two with passwords, nobody with themselves, and nobody who is no more', async () => {
      const { older, younger } = await twoUsers();
      expect(await outcomeOf(byHand(older, older))).toBe('conflict');
      expect(await outcomeOf(byHand(older, 'nobody'))).toBe('not_found');
      await setAccount(older, 'first');
      await setAccount(younger, 'second');
      expect(await outcomeOf(byHand(older, younger))).toBe('identity_conflict');
      expect(audit.entries).toEqual([]);
    });

    it('joins them once, however many ask, also while a login does it', async () => {
      const { older, younger } = await twoUsers();
      const asked = Array.from({ length: 20 }, (_, i) =>
        outcomeOf(byHand(younger, older, { on: replica(i) })),
      );
      const [outcomes, found] = await Promise.all([Promise.all(asked), logIn('site', { on: replica(1) })]);
      expect(found).toBe(older);
      expect(outcomes.filter((outcome) => outcome === 'done').length).toBeLessThanOrEqual(1);
      expect(new Set(outcomes.filter((outcome) => outcome !== 'done'))).toEqual(new Set(['not_found']));
      await onlyMerge();
      expect(audit.of('users_merged')).toHaveLength(1);
      await lawful();
    });
  });

  describe('gives the survivor what it has not', () => {
    const phone = '+8613800000000';
    const sealedFor = (id: string, sealer = testSealer) => sealer.seal(phone, sealedPhone.placeOf(id));
    const withProfiles = async () => {
      const users = await twoUsers();
      await setUser(users.older, { nickname: 'kept', chosen: 'nickname' });
      await setUser(users.younger, {
        nickname: 'given up',
        email: 'a@example.com',
        language: 'en',
        phoneMasked: '138****0000',
        phoneSealed: sealedFor(users.younger),
        chosen: 'email,nickname',
      });
      await setAccount(users.younger, 'younger');
      return users;
    };

    it('of the profile, the username and the sealed phone number', async () => {
      const { older, younger } = await withProfiles();
      await logIn('site');
      const survivor = await userOf(older);
      expect(survivor).toMatchObject({
        role: 'user',
        nickname: 'kept',
        email: 'a@example.com',
        language: 'en',
        username: 'younger',
        phoneMasked: '138****0000',
        chosen: 'email,nickname',
      });
      expect(testSealer.open(survivor.phoneSealed!, sealedPhone.placeOf(older))).toBe(phone);
      expect((await userOf(younger)).username).toBeNull();
      expect((await world.snapshot()).passwords).toMatchObject([{ userId: older, hash: 'of younger' }]);
      await lawful();
    });

    it('and an undo puts it back where it was', async () => {
      await withProfiles();
      const before = await world.snapshot();
      await logIn('site');
      await undo();
      expect({ ...(await world.snapshot()), merges: [] }).toEqual(before);
    });

    it('and an undo gives the password back as the person has changed it since', async () => {
      const { older, younger } = await withProfiles();
      await logIn('site');
      await database().manager.update(UserPasswordEntity, { userId: older }, { hash: 'newer' });
      await undo();
      expect((await world.snapshot()).passwords).toMatchObject([{ userId: younger, hash: 'newer' }]);
      await lawful();
    });

    it('and an undo leaves what the person has chosen since', async () => {
      const { older, younger } = await withProfiles();
      await logIn('site');
      await setUser(older, { email: 'b@example.com', chosen: 'email,language,nickname', language: 'zh_CN' });
      await undo();
      expect(await userOf(older)).toMatchObject({
        email: 'b@example.com',
        language: 'zh_CN',
        chosen: 'email,language,nickname',
        username: null,
        phoneMasked: null,
        phoneSealed: null,
      });
      expect(await userOf(younger)).toMatchObject({ email: 'a@example.com', username: 'younger' });
    });

    it('but not a phone number that no key opens, which keeps nobody from logging in', async () => {
      const { older, younger } = await withProfiles();
      const lost = sealedFor(younger, new Sealer([{ id: 'gone', key: Buffer.alloc(32, 9) }]));
      await setUser(younger, { phoneSealed: lost });
      expect(await logIn('site')).toBe(older);
      expect(await userOf(older)).toMatchObject({
        username: 'younger',
        phoneMasked: null,
        phoneSealed: null,
      });
      await undo();
      expect(await userOf(younger)).toMatchObject({ username: 'younger', phoneSealed: lost });
      expect(await userOf(older)).toMatchObject({ username: null, phoneSealed: null });
    });

    it('and an undo finds the phone number also where its encryption key was replaced since', async () => {
      const { older, younger } = await withProfiles();
      await logIn('site');
      const { id, beforeSealed } = await onlyMerge();
      const newer = new Sealer([{ id: 'newer', key: Buffer.alloc(32, 9) }]);
      const place = `user_merges:${id}:before_sealed`;
      await database().manager.update(
        UserMergeEntity,
        { id },
        { beforeSealed: newer.seal(testSealer.open(beforeSealed!, place), place) },
      );
      for (const user of [older, younger]) await setUser(user, { phoneSealed: sealedFor(user, newer) });
      await identityServicesOn(database(), audit, { sealer: newer }).merges.undo(id, endNothing, byCommand);
      expect(await userOf(older)).toMatchObject({ phoneMasked: null, phoneSealed: null });
      const given = (await userOf(younger)).phoneSealed!;
      expect(newer.open(given, sealedPhone.placeOf(younger))).toBe(phone);
    });
  });

  describe('races', () => {
    const rounds = 8;
    const each = async (play: (round: number) => Promise<void>) => {
      for (let round = 0; round < rounds; round++) {
        anew();
        await play(round);
        await lawful();
      }
    };

    it('with an unlinking, and no way in is lost', () =>
      each(async (round) => {
        const { older } = await twoUsers();
        const identity = await identityIn('mini');
        const [found, unlinked] = await Promise.all([
          logIn('site', { on: replica(round) }),
          outcomeOf(replica(round + 1).links.unlink(older, identity.id, {}, allowed)),
        ]);
        expect(found).toBe(older);
        expect(['done', 'last_identity']).toContain(unlinked);
      }));

    it('with the first login at a further door, which is the survivor’s', () =>
      each(async (round) => {
        const older = await logIn('site', { shown: false });
        await logIn('mini');
        await Promise.all([
          logIn('site', { on: replica(round) }),
          logIn('account', { on: replica(round + 1) }),
        ]);
        expect((await identityIn('account')).userId).toBe(older);
      }));

    it.each(['site', 'account'] as const)(
      'with the unlinking of the door that alone has the unionid, while it is shown at the %s',
      (app) =>
        each(async (round) => {
          const user = await logIn('mini');
          await replica(0).links.link(user, proofOf(0, 'site', 'scope_base'), {}, allowed);
          const identity = await identityIn('mini');
          await Promise.all([
            logIn(app, { on: replica(round) }),
            replica(round + 1).links.unlink(user, identity.id, {}, allowed),
          ]);
          expect((await identityIn(app)).unionidStatus).toBe('present');
        }),
    );

    it('with a linking, and what is linked is the survivor’s or refused', () =>
      each(async (round) => {
        const { older, younger } = await twoUsers();
        const proof = proofOf(0, 'phone', 'present');
        const [, linked] = await Promise.all([
          logIn('site', { on: replica(round) }),
          outcomeOf(replica(round + 1).links.link(younger, proof, {}, allowed)),
        ]);
        expect(['done', 'not_found']).toContain(linked);
        if (linked === 'done') expect((await identityIn('phone')).userId).toBe(older);
      }));

    it('with another merge of one of the two, and all three are one', () =>
      each(async (round) => {
        const logins = [
          () => logIn('mini', { person: 0 }),
          () => logIn('mini', { person: 1 }),
          async () => {
            const middle = await logIn('site', { person: 0, shown: false });
            await replica(0).links.link(middle, proofOf(1, 'site', 'scope_base'), {}, allowed);
            return middle;
          },
        ];
        const ids: string[] = [];
        for (let i = 0; i < 3; i++) ids.push(await logins[(round + i) % 3]!());
        await Promise.all(
          Array.from({ length: 6 }, (_, i) => logIn('site', { person: i % 2, on: replica(i >> 1) })),
        );
        const doors = (['mini', 'site'] as const).flatMap((app) =>
          [0, 1].map((person) => identityIn(app, person)),
        );
        const owners = (await Promise.all(doors)).map(({ userId }) => userId);
        expect(new Set(owners)).toEqual(new Set([ids[0]]));
        expect(audit.of('users_merged')).toHaveLength(2);
      }));

    it('of fifty logins that chain eleven users together, and each comes in', async () => {
      const middles = [0, 1, 2, 3, 4];
      for (const person of [...middles, 5]) await logIn('mini', { person });
      for (const person of middles) {
        const middle = await logIn('site', { person, shown: false });
        await replica(0).links.link(middle, proofOf(person + 1, 'account', 'scope_base'), {}, allowed);
      }
      const logins = Array.from({ length: 50 }, (_, i) => {
        const person = i % middles.length;
        const on = replica(i >> 1);
        return i % 2 ? logIn('site', { person, on }) : logIn('account', { person: person + 1, on });
      });
      expect(await Promise.all(logins)).toHaveLength(50);
      expect(new Set((await world.snapshot()).identities.map(({ userId }) => userId)).size).toBe(1);
      expect(audit.of('users_merged')).toHaveLength(10);
      await lawful();
    });

    it('with its own undo, asked for twice at the same moment: one does it', () =>
      each(async () => {
        await twoUsers();
        await logIn('site');
        const { id } = await onlyMerge();
        const undos = [0, 1].map((i) => outcomeOf(replica(i).merges.undo(id, endNothing, byCommand)));
        expect((await Promise.all(undos)).sort()).toEqual(['done', 'not_found']);
        expect(audit.of('merge_undone')).toHaveLength(1);
      }));

    it('of the survivor’s own merge with an undo, and one of the two gives way', () =>
      each(async (round) => {
        await logIn('account', { shown: false });
        await twoUsers();
        await logIn('site');
        const { id } = await onlyMerge();
        const [undone] = await Promise.all([
          outcomeOf(replica(round).merges.undo(id, endNothing, byCommand)),
          logIn('account', { on: replica(round + 1) }),
        ]);
        expect(['done', 'conflict']).toContain(undone);
        const { merges } = await world.snapshot();
        expect(merges.filter(({ undoneAt }) => undoneAt !== null)).toHaveLength(undone === 'done' ? 1 : 0);
      }));

    it('of logins with an undo: whatever comes first, the two stay two', () =>
      each(async (round) => {
        const { older, younger } = await twoUsers();
        await logIn('site');
        const { id } = await onlyMerge();
        await Promise.all([
          replica(round).merges.undo(id, endNothing, byCommand),
          ...Array.from({ length: 6 }, (_, i) => logIn('site', { on: replica(i) })),
          ...Array.from({ length: 6 }, (_, i) => logIn('account', { on: replica(i) })),
        ]);
        expect(await logIn('site')).toBe(younger);
        expect(await logIn('mini')).toBe(older);
        expect(audit.of('users_merged')).toHaveLength(1);
      }));
  });

  describe('can be undone', () => {
    const ageMerge = async (byMs: number) => {
      const { id, mergedAt } = await onlyMerge();
      await database().manager.update(UserMergeEntity, { id }, { mergedAt: mergedAt - byMs });
    };

    it('for thirty days', async () => {
      await twoUsers();
      await logIn('site');
      await ageMerge(30 * dayMs - 60_000);
      expect(await outcomeOf(undo())).toBe('done');
    });

    it('and after thirty days not any more', async () => {
      await twoUsers();
      await logIn('site');
      await ageMerge(30 * dayMs);
      const before = await world.snapshot();
      expect(await outcomeOf(undo())).toBe('not_found');
      expect(await world.snapshot()).toEqual(before);
    });

    it('once', async () => {
      await twoUsers();
      await logIn('site');
      await undo();
      expect(await outcomeOf(undo())).toBe('not_found');
      expect(await outcomeOf(replica(0).merges.undo('nothing', endNothing, byCommand))).toBe('not_found');
    });

    it('which ends the survivor’s sessions in the same transaction', async () => {
      const { older } = await twoUsers();
      await logIn('site');
      const before = await world.snapshot();
      const told: string[] = [];
      const failing = undo((_, userId) => {
        told.push(userId);
        return Promise.reject(new Error('no sessions today'));
      });
      expect(await outcomeOf(failing)).toBe('Error: no sessions today');
      expect(told).toEqual([older]);
      expect(await world.snapshot()).toEqual(before);
      expect(audit.of('merge_undone')).toEqual([]);
    });

    it('not while the survivor is another, but after that was undone', async () => {
      const oldest = await logIn('account', { shown: false });
      const { older } = await twoUsers();
      await logIn('site');
      const first = await onlyMerge();
      await logIn('account');
      const second = (await world.snapshot()).merges.find(({ id }) => id !== first.id)!;
      expect(second).toMatchObject({ survivorId: oldest, mergedId: older });
      const before = await world.snapshot();
      expect(await outcomeOf(replica(0).merges.undo(first.id, endNothing, byCommand))).toBe('conflict');
      expect(await world.snapshot()).toEqual(before);
      await replica(0).merges.undo(second.id, endNothing, byCommand);
      await replica(0).merges.undo(first.id, endNothing, byCommand);
      await lawful();
    });

    it('not where one of the two would be left without a way in', async () => {
      const { older } = await twoUsers();
      await logIn('site');
      await replica(0).links.unlink(older, (await identityIn('mini')).id, {}, allowed);
      const before = await world.snapshot();
      expect(await outcomeOf(undo())).toBe('conflict');
      expect(await world.snapshot()).toEqual(before);
    });

    it('and what joined since by a unionid goes where the unionid goes', async () => {
      const older = await logIn('site', { shown: false });
      const younger = await logIn('mini');
      await logIn('site');
      expect(await logIn('account')).toBe(older);
      await undo();
      expect((await identityIn('account')).userId).toBe(younger);
      expect((await identityIn('site')).userId).toBe(older);
      await lawful();
    });

    it('and what has gone to another by an earlier undo is left alone', async () => {
      const first = await logIn('site', { shown: false });
      const second = await logIn('mini');
      await logIn('site');
      const third = await logIn('account', { shown: false });
      await replica(0).links.link(third, proofOf(0, 'loose', 'app_not_bound'), {}, allowed);
      await logIn('account');
      const { merges } = await world.snapshot();
      for (const { id } of merges) await replica(0).merges.undo(id, endNothing, byCommand);
      expect(merges.map(({ survivorId, mergedId }) => [survivorId, mergedId])).toEqual([
        [first, second],
        [first, third],
      ]);
      expect(await identityIn('account')).toMatchObject({ userId: second, unionidStatus: 'present' });
      expect((await identityIn('loose')).userId).toBe(third);
      await lawful();
    });

    it('and the two stay two at the next login, which is recorded', async () => {
      const { older, younger } = await twoUsers();
      await logIn('site');
      await undo();
      for (let time = 1; time <= 2; time++) expect(await logIn('site')).toBe(younger);
      expect(await logIn('mini')).toBe(older);
      expect(await identityIn('site')).toMatchObject({ unionid: null, unionidStatus: 'present' });
      expect(audit.of('unionid_conflict')).toEqual([
        expect.objectContaining({ outcome: 'failure', userId: younger }),
      ]);
      await lawful();
    });

    it('and the two stay two also after one of them has become a third', async () => {
      const oldest = await logIn('account', { shown: false });
      const { older, younger } = await twoUsers();
      await logIn('site');
      await undo();
      expect(await logIn('account')).toBe(oldest);
      expect((await userOf(older)).mergedInto).toBe(oldest);
      expect(await logIn('site')).toBe(younger);
      await lawful();
    });
  });

  describe('does not believe a unionid', () => {
    /** What another person would have to show to be taken for the first. */
    const impostor = () => ({
      ...proofOf(1, 'mini', 'present'),
      unionid: proofOf(0, 'mini', 'present').unionid,
    });

    it('that another openid of the same app has', async () => {
      const first = await logIn('mini');
      for (let time = 1; time <= 2; time++) {
        const { user } = await replica(0).identities.identify(impostor(), endNothing);
        expect(user.id).not.toBe(first);
        expect(await identityIn('mini', 1)).toMatchObject({ unionid: null, unionidStatus: 'present' });
        expect(audit.of('unionid_conflict')).toEqual([
          expect.objectContaining({ userId: user.id, outcome: 'failure' }),
        ]);
      }
      await lawful();
    });

    it('and says so once a day for each identity, on whichever replica', async () => {
      let now = Date.now();
      const store = new MemoryStore(() => now);
      const [one, other] = [0, 1].map(() => identityServicesOn(database(), audit, { store }));
      await logIn('mini');
      const come = async (on: IdentityServices, person: number) =>
        (
          await on.identities.identify(
            { ...impostor(), openid: `${impostor().openid}.${person}` },
            endNothing,
          )
        ).user.id;
      const second = await come(one!, 2);
      const third = await come(other!, 3);
      await come(other!, 2);
      now += dayMs - 1;
      await come(one!, 2);
      now += 1;
      await come(one!, 2);
      expect(audit.of('unionid_conflict').map(({ userId }) => userId)).toEqual([second, third, second]);
      await store.close();
    });

    it('and says so each time where the store cannot tell whether it has', async () => {
      const store = new MemoryStore();
      store.setIfAbsent = () => Promise.reject(new StoreUnavailableError('setIfAbsent', new Error('away')));
      const on = identityServicesOn(database(), audit, { store });
      await logIn('mini');
      for (let time = 1; time <= 2; time++) {
        await on.identities.identify(impostor(), endNothing);
        expect(audit.of('unionid_conflict')).toHaveLength(time);
      }
      await store.close();
    });

    it('that another openid of the same app has, however late it comes', async () => {
      const first = await logIn('mini');
      const second = await logIn('mini', { person: 1, shown: false });
      const { user } = await replica(0).identities.identify(impostor(), endNothing);
      expect(user.id).toBe(second);
      expect(second).not.toBe(first);
      expect(await identityIn('mini', 1)).toMatchObject({ unionid: null, unionidStatus: 'present' });
      expect(audit.of('unionid_conflict')).toHaveLength(1);
      await logIn('mini', { person: 1, shown: false });
      expect((await identityIn('mini', 1)).unionidStatus).toBe('scope_base');
      await lawful();
    });

    it('that another openid of the same app has, when it is to be linked', async () => {
      const first = await logIn('mini');
      const before = await world.snapshot();
      expect(await outcomeOf(replica(0).links.link(first, impostor(), {}, allowed))).toBe('identity_taken');
      expect(await world.snapshot()).toEqual(before);
      expect(audit.of('unionid_conflict')).toEqual([
        expect.objectContaining({ outcome: 'failure', userId: first }),
      ]);
    });

    it('that has changed: nothing moves', async () => {
      const first = await logIn('mini');
      await logIn('mini', { person: 1 });
      const before = await world.snapshot();
      const changed = { ...proofOf(0, 'mini', 'present'), unionid: proofOf(1, 'mini', 'present').unionid };
      expect((await replica(0).identities.identify(changed, endNothing)).user.id).toBe(first);
      expect(await outcomeOf(replica(0).links.link(first, changed, {}, allowed))).toBe('identity_taken');
      expect(await world.snapshot()).toEqual(before);
      expect(audit.of('unionid_conflict')).toHaveLength(2);
    });
  });

  it('never comes of a linking: whose unionid is another’s cannot be linked', async () => {
    const { older, younger } = await twoUsers();
    const before = await world.snapshot();
    const late = proofOf(0, 'site', 'present');
    expect(await outcomeOf(replica(0).links.link(younger, late, {}, allowed))).toBe('identity_taken');
    expect(await outcomeOf(replica(0).links.link(older, late, {}, allowed))).toBe('identity_taken');
    expect(await world.snapshot()).toEqual(before);
  });
});
