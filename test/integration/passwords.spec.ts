import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { AppError } from '../../src/platform/errors/app-error.js';
import { Argon2 } from '../../src/users/argon2.js';
import { UserPasswordEntity } from '../../src/users/user-password.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, embedded } from '../support/backends.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';
import { CountedArgon2, passwordServicesOn } from '../support/password-services.js';

const password = 'a bridge over the Wuding';
const newPassword = 'another bridge, further up';
const endNothing = () => Promise.resolve();

describe.each(backends)('passwords on $name', (backend) => {
  let storage: OpenStorage;
  let argon2: CountedArgon2;
  let replicas: ReturnType<typeof passwordServicesOn>[];

  beforeAll(async () => {
    storage = await openStorage(backend, backend === embedded ? 1 : 2);
  });
  afterAll(() => storage?.close());
  beforeEach(() => {
    argon2 = new CountedArgon2();
    replicas = storage.replicas.map(({ dataSource }) => passwordServicesOn(dataSource, argon2));
  });

  const manager = () => storage.replicas[0]!.dataSource.manager;
  const on = (i: number) => replicas[i % replicas.length]!.passwords;
  /** A name that no other test has; its letters have no look-alikes among digits. */
  const newName = (letters = 'Someone') =>
    `${letters}.${randomUUID().replaceAll('-', '').slice(0, 16).replaceAll(/[01]/g, 'x')}`;
  const somebody = async (username = newName()) => on(0).register({ username, password });
  const fromWechat = async () => {
    const id = randomUUID();
    const now = Date.now();
    await manager().insert(UserEntity, {
      id,
      role: 'user',
      status: 'active',
      createdAt: now,
      lastLoginAt: now,
    });
    return id;
  };
  const rowOf = (userId: string) => manager().findOneBy(UserPasswordEntity, { userId });
  const outcome = (work: Promise<unknown>) =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof AppError ? error.error : String(error)),
    );
  const faultOf = async (work: Promise<unknown>) => {
    const error = await work.catch((thrown: unknown) => thrown);
    if (!(error instanceof AppError)) return error;
    const details = error.detailsIn('en') as { fields: { path: string }[] } | null;
    return [error.error, ...(details?.fields.map(({ path }) => path) ?? [])];
  };
  const tally = (outcomes: string[]) =>
    Object.fromEntries([...new Set(outcomes)].map((one) => [one, outcomes.filter((o) => o === one).length]));

  describe('a registration', () => {
    it('makes a user whose name is kept as it was typed, and whose password is not', async () => {
      const username = newName('Ada');
      const user = await on(0).register({ username, password, email: 'ada@example.com' });
      expect(user).toMatchObject({ username, email: 'ada@example.com', role: 'user', status: 'active' });
      expect(JSON.stringify(await replicas[0]!.users.get(user.id))).not.toContain(password);
      expect(await rowOf(user.id)).toMatchObject({ hash: `1:${password}` });
      expect(await on(0).has(user.id)).toBe(true);
      expect(await on(0).ownerOf(username.toUpperCase())).toBe(user.id);
    });

    it('keeps the e-mail address from whatever WeChat may say', async () => {
      const user = await on(0).register({ username: newName(), password, email: 'ada@example.com' });
      expect(user.chosen).toBe('email');
    });

    it('of a name that looks like one that is taken is a conflict, and costs no hash', async () => {
      const username = newName('admin');
      await somebody(username);
      argon2.computed = 0;
      const alike = [
        username.toUpperCase(),
        username.replace('m', 'rn'),
        username.replace('a', 'а'),
        username,
      ];
      for (const name of alike) expect(await outcome(somebody(name))).toBe('conflict');
      expect(argon2.computed).toBe(0);
    });

    it('of 100 at once whose names look alike makes one', async () => {
      const name = newName('crowd');
      const spellings = [name, name.toUpperCase(), name.replace('o', '0'), name.replace('c', 'с')];
      const outcomes = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          outcome(on(i).register({ username: spellings[(i >> 1) % 4]!, password })),
        ),
      );
      expect(tally(outcomes)).toEqual({ done: 1, conflict: 99 });
      expect(
        await manager().countBy(
          UserEntity,
          spellings.map((username) => ({ username })),
        ),
      ).toBe(1);
    });

    it.each([
      ['a short name', { username: 'ab', password }, ['username']],
      ['a name with something invisible', { username: 'ad\u200bmin', password }, ['username']],
      ['a short password', { username: 'someone', password: '7 chars' }, ['password']],
      ['both', { username: 'a b', password: '' }, ['username', 'password']],
      ['a common password', { username: 'someone', password: 'iloveyou1' }, ['password']],
      ['a password that says the name', { username: 'lovelace', password: 'Lovelace1815' }, ['password']],
    ])('is refused with %s, before anything is computed', async (_, account, paths) => {
      expect(await faultOf(on(0).register(account))).toEqual(['invalid_request', ...paths]);
      expect(argon2.computed).toBe(0);
    });
  });

  describe('a verification', () => {
    it('finds the user by every spelling that looks the same', async () => {
      const username = newName('admin');
      const { id } = await somebody(username);
      for (const name of [username, username.toUpperCase(), username.replace('m', 'rn')]) {
        expect((await on(1).verify(name, password)).user).toMatchObject({ id, username });
      }
    });

    it('computes the same, and says the same, for an unknown name, a wrong password and a merged user', async () => {
      const [known, merged] = [newName(), newName()];
      await somebody(known);
      await manager().update(UserEntity, { id: (await somebody(merged)).id }, { status: 'merged' });
      for (const [name, tried] of [
        [known, 'wrong password'],
        [newName(), password],
        [newName(), 'nobody'],
        [merged, password],
        ['', password],
      ] as const) {
        argon2.computed = 0;
        expect([await faultOf(on(0).verify(name, tried)), argon2.computed]).toEqual([
          ['invalid_credentials'],
          1,
        ]);
      }
    });

    it('tells the audit log whose account it was, where there is one', async () => {
      const username = newName();
      const { id } = await somebody(username);
      const aboutOf = (name: string) =>
        on(0)
          .verify(name, 'wrong password')
          .catch((error: unknown) => (error as AppError).about);
      expect(await aboutOf(username)).toEqual({ userId: id });
      expect(await aboutOf(newName())).toEqual({});
    });

    it('lets a locked user be told so by whoever opens the session', async () => {
      const username = newName();
      const { id } = await somebody(username);
      await manager().update(UserEntity, { id }, { status: 'locked' });
      expect((await on(0).verify(username, password)).user).toMatchObject({ id, status: 'locked' });
    });

    it('stands until the password is another', async () => {
      const username = newName();
      const { user, hash } = await somebody(username).then(() => on(0).verify(username, password));
      expect(await on(1).stands(user.id, hash)).toBe(true);
      await on(1).change(user.id, password, newPassword, endNothing);
      expect(await on(0).stands(user.id, hash)).toBe(false);
      expect(await outcome(on(0).verify(username, password))).toBe('invalid_credentials');
      expect(await outcome(on(0).verify(username, newPassword))).toBe('done');
    });

    it('hashes anew what was hashed when that was cheaper, and all who log in at once stand', async () => {
      const username = newName();
      const { id } = await somebody(username);
      argon2.cost = 2;
      const verified = await Promise.all(
        Array.from({ length: 10 }, (_, i) => on(i).verify(username, password)),
      );
      expect(await rowOf(id)).toMatchObject({ hash: `2:${password}` });
      const standing = await Promise.all(verified.map(({ hash }, i) => on(i).stands(id, hash)));
      expect(standing).toEqual(Array(10).fill(true));
      argon2.computed = 0;
      await on(0).verify(username, password);
      expect(argon2.computed).toBe(1);
    });

    it('leaves a cheap hash alone where the password is wrong', async () => {
      const username = newName();
      const { id } = await somebody(username);
      argon2.cost = 2;
      expect(await outcome(on(0).verify(username, 'wrong password'))).toBe('invalid_credentials');
      expect(await rowOf(id)).toMatchObject({ hash: `1:${password}` });
    });
  });

  describe('a change', () => {
    it('needs the right current password', async () => {
      const { id } = await somebody();
      expect(await outcome(on(0).change(id, 'wrong password', newPassword, endNothing))).toBe(
        'invalid_credentials',
      );
      expect(await rowOf(id)).toMatchObject({ hash: `1:${password}` });
    });

    it('is answered as a wrong password where there is none yet', async () => {
      const id = await fromWechat();
      expect(await outcome(on(0).change(id, 'nobody', newPassword, endNothing))).toBe('invalid_credentials');
      expect(argon2.computed).toBe(1);
    });

    it('refuses what a registration refuses', async () => {
      const { id, username } = await somebody();
      for (const weak of ['short', 'iloveyou1', `${username}99`]) {
        expect(await faultOf(on(0).change(id, password, weak, endNothing))).toEqual([
          'invalid_request',
          'newPassword',
        ]);
      }
    });

    it('stands or falls with the end of the sessions', async () => {
      const { id } = await somebody();
      const fail = async (within: EntityManager) => {
        expect(await within.findOneBy(UserPasswordEntity, { userId: id })).toMatchObject({
          hash: `1:${newPassword}`,
        });
        throw new Error('no sessions today');
      };
      expect(await outcome(on(0).change(id, password, newPassword, fail))).toBe('Error: no sessions today');
      expect(await rowOf(id)).toMatchObject({ hash: `1:${password}` });
    });

    it('of 20 at once happens once', async () => {
      const { id } = await somebody();
      let ended = 0;
      const end = () => Promise.resolve(void ended++);
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          outcome(on(i).change(id, password, `${newPassword} ${String.fromCharCode(97 + i)}`, end)),
        ),
      );
      expect(tally(outcomes)).toEqual({ done: 1, invalid_credentials: 19 });
      expect(ended).toBe(1);
    });
  });

  describe('a first password', () => {
    it('comes with a name, and then one may log in by them', async () => {
      const [id, username] = [await fromWechat(), newName()];
      const ended: string[] = [];
      await on(0).setFirst(id, username, newPassword, () => Promise.resolve(void ended.push(id)));
      expect((await on(1).verify(username, newPassword)).user).toMatchObject({ id, username });
      expect(ended).toEqual([id]);
    });

    it('is a conflict where the name is taken, or there is a password already', async () => {
      const username = newName();
      const { id } = await somebody(username);
      const other = await fromWechat();
      expect(await outcome(on(0).setFirst(other, username.toUpperCase(), newPassword, endNothing))).toBe(
        'conflict',
      );
      expect(await outcome(on(0).setFirst(id, newName(), newPassword, endNothing))).toBe('conflict');
      expect(await on(0).has(other)).toBe(false);
    });

    it('needs a user who is still there', async () => {
      expect(await outcome(on(0).setFirst(randomUUID(), newName(), newPassword, endNothing))).toBe(
        'not_found',
      );
    });

    it.each([
      ['username', ['a b', newPassword]],
      ['newPassword', ['someone', 'iloveyou1']],
    ] as const)('is refused where the %s is none that one may have', async (path, [username, weak]) => {
      const id = await fromWechat();
      expect(await faultOf(on(0).setFirst(id, username, weak, endNothing))).toEqual([
        'invalid_request',
        path,
      ]);
    });

    it('of 20 at once for one user and 20 for one name leaves one name each', async () => {
      const one = await fromWechat();
      const names = Array.from({ length: 20 }, () => newName());
      const forOne = await Promise.all(
        names.map((name, i) => outcome(on(i).setFirst(one, name, newPassword, endNothing))),
      );
      expect(tally(forOne)).toEqual({ done: 1, conflict: 19 });
      const users = await Promise.all(names.map(() => fromWechat()));
      const username = newName();
      const forName = await Promise.all(
        users.map((id, i) => outcome(on(i).setFirst(id, username, newPassword, endNothing))),
      );
      expect(tally(forName)).toEqual({ done: 1, conflict: 19 });
      const rows = await Promise.all(
        [one, ...users].map((id) => manager().findOneByOrFail(UserEntity, { id })),
      );
      for (const { id, username: name } of rows) expect(await on(0).has(id)).toBe(name !== null);
    });
  });

  it('are hashed by argon2id with 19 MiB, twice over, as they were typed', async () => {
    const { passwords } = passwordServicesOn(storage.replicas[0]!.dataSource, new Argon2());
    const username = newName();
    const typed = ' Ünïcode 密码 ';
    const { id } = await passwords.register({ username, password: typed });
    expect((await rowOf(id))?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await outcome(passwords.verify(username, typed))).toBe('done');
    for (const other of [typed.trim(), typed.toLowerCase(), typed.normalize('NFD')])
      expect(await outcome(passwords.verify(username, other))).toBe('invalid_credentials');
    expect(await outcome(passwords.verify(newName(), typed))).toBe('invalid_credentials');
  });
});
