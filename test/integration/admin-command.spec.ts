import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { openDatabase } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { SigningKeyEntity } from '../../src/session/signing-key.entity.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { WechatIdentityEntity } from '../../src/users/wechat-identity.entity.js';
import { runAdmin, type CommandResult } from '../support/admin-command.js';
import { backends, embedded, shared } from '../support/backends.js';
import { setStanding } from '../support/operators.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';
import { tracesOf } from '../support/traces.js';

/** What a process remembers of a session is no older. */
const rememberedMs = 500;
const timeoutMs = 120_000;
const strong = 'correct horse battery staple';

interface Login {
  accessToken: string;
  sessionId: string;
  user: { id: string };
}

describe.each(backends)('the admin command beside a running service on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    const replicas = backend === shared ? 2 : 1;
    service = await startService(backend, { replicas, env: { REGISTRATION: 'false' } });
  });
  afterAll(() => service?.close());

  const admin = (line: string, stdin?: string): Promise<CommandResult> =>
    runAdmin(line.split(' '), { env: service.env, stdin });
  const told = async (line: string, stdin?: string) => {
    const result = await admin(`${line} --json`, stdin);
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    return result.json;
  };
  const somebody = async (): Promise<Login> => (await stranger(service.simulator).logIn(service)).data;
  const me = (token: string, i = 0) =>
    service.replicas[i % service.replicas.length]!.api('GET', '/users/me', undefined, { token });
  const logIn = (username: string, password: string) =>
    service.api('POST', '/auth/login', { username, password });
  const database = () => service.app.get(DataSource);
  const actsOn = (userId: string) =>
    database().query<{ event: string; reason: string | null; outcome: string }[]>(
      'SELECT event, reason, outcome FROM audit_log WHERE user_id = ? AND reason LIKE ? ORDER BY id',
      [userId, 'by command%'],
    );
  const setUser = (id: string, values: Partial<UserEntity>) =>
    database().getRepository(UserEntity).update({ id }, values);
  const openidOf = async (userId: string) => {
    const identities = database().getRepository(WechatIdentityEntity);
    return (await identities.findOneByOrFail({ userId })).openid;
  };

  /** All replicas remember the session until the command has ended, and refuse it then. */
  async function refusedAtOnce({ accessToken }: Login, line: string): Promise<string[]> {
    let running = true;
    const asking = service.replicas.map(async (_, i) => {
      for (; running; await sleep(20)) await me(accessToken, i);
    });
    await told(line);
    running = false;
    await Promise.all(asking);
    // Nobody tells a process without Redis: it sees what is written once what it remembers has aged.
    if (backend === embedded) await sleep(rememberedMs);
    const answers = await Promise.all(service.replicas.map((_, i) => me(accessToken, i)));
    return answers.map(({ error, data }) => `${error} ${data?.reason}`);
  }
  const everywhere = (words: string) => service.replicas.map(() => words);

  it(
    'locks and unlocks, as all replicas see at once, and each act is one row',
    async () => {
      const person = await somebody();
      const { id } = person.user;
      expect(await refusedAtOnce(person, `users lock ${id}`)).toEqual(
        everywhere('session_ended user_locked'),
      );
      expect(await told(`users lock ${id}`)).toMatchObject({ id, status: 'locked' });
      const both = await Promise.all([admin(`users unlock ${id}`), admin(`users unlock ${id}`)]);
      expect(both.map(({ exit }) => exit)).toEqual([0, 0]);
      expect(both[0].stdout).toMatch(/^id +role +status .*\n[\w-]{36} +user +active /);
      const acts = (await actsOn(id)).map(({ event, reason }) => `${event} ${reason}`);
      expect(acts).toEqual(['user_locked by command', 'user_unlocked by command']);
    },
    timeoutMs,
  );

  it(
    'finds by what the search of the API finds by, and names one user by id, name or openid',
    async () => {
      const { user } = await somebody();
      const openid = await openidOf(user.id);
      expect(await told(`users find ${openid}`)).toMatchObject({
        items: [{ id: user.id }],
        nextCursor: null,
      });
      const page = await told('users find --limit 1');
      expect(page.items).toHaveLength(1);
      expect((await told(`users find --limit 1 --cursor ${page.nextCursor}`)).items[0].id).not.toBe(
        page.items[0].id,
      );
      await setUser(user.id, { nickname: openid.slice(0, 8) });
      expect(await told(`users role openid:${openid} auditor`)).toMatchObject({
        id: user.id,
        role: 'auditor',
      });
      expect(await actsOn(user.id)).toMatchObject([
        { event: 'role_changed', reason: 'by command: user to auditor' },
      ]);
      const unknown = [`openid:${openid.slice(0, 8)}`, 'username:nobody', user.id.slice(1)];
      const refusals = await Promise.all(unknown.map((name) => admin(`users lock ${name} --json`)));
      const nobody = { error: 'not_found', message: expect.stringContaining('no such user') };
      expect(refusals.map(({ exit, json }) => [exit, json])).toEqual(unknown.map(() => [1, nobody]));
      const { exit, stdout, stderr } = await admin('users lock nobody --lang zh');
      expect([exit, stdout, stderr]).toEqual([1, '', expect.stringContaining('没有这个用户')]);
    },
    timeoutMs,
  );

  it(
    'lists sessions, ends one, and ends all',
    async () => {
      const someone = stranger(service.simulator);
      const first: Login = (await someone.logIn(service)).data;
      const second: Login = (await someone.logIn(service)).data;
      const { id } = first.user;
      const { items } = await told(`sessions list ${id}`);
      expect(items.map((session: { id: string }) => session.id)).toEqual([second.sessionId, first.sessionId]);
      expect((await admin(`sessions list ${id}`)).stdout).toContain(`${first.sessionId}  `);

      const ending = `sessions end ${id} ${first.sessionId}`;
      expect(await refusedAtOnce(first, ending)).toEqual(everywhere('session_ended kicked'));
      expect((await me(second.accessToken)).status).toBe(200);
      expect(await admin(ending)).toMatchObject({ exit: 1 });
      expect(await told(`sessions end ${id}`)).toEqual({ ended: 1 });
      expect(await told(`sessions end ${id}`)).toEqual({ ended: 0 });
      expect(await actsOn(id)).toMatchObject([
        { event: 'sessions_ended_by_admin', reason: `by command: ${first.sessionId}` },
        { event: 'sessions_ended_by_admin', reason: 'by command' },
      ]);
    },
    timeoutMs,
  );

  it(
    'merges two users only when told so twice; the older survives',
    async () => {
      const older = await somebody();
      const younger = await somebody();
      const pair = `${younger.user.id} ${older.user.id}`;
      const unsure = await admin(`users merge ${pair} --json`);
      expect(unsure).toMatchObject({ exit: 64, json: { error: 'confirmation_needed' } });
      expect(await refusedAtOnce(younger, `users merge ${pair} --yes`)).toEqual(
        everywhere('session_ended merged'),
      );
      expect((await me(older.accessToken)).status).toBe(200);
      expect(await actsOn(older.user.id)).toMatchObject([
        { event: 'users_merged', reason: `by command: ${younger.user.id}` },
      ]);
      expect(await admin(`users merge ${pair} --yes --json`)).toMatchObject({
        exit: 1,
        json: { error: 'not_found' },
      });

      const auditor = await somebody();
      await setStanding(service, auditor.user.id, { role: 'auditor' });
      const refused = await admin(`users merge ${older.user.id} ${auditor.user.id} --yes`);
      expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining('never merged') });
    },
    timeoutMs,
  );

  it(
    'erases a person only when told so twice, and says nothing of them',
    async () => {
      const person = await somebody();
      const { id } = person.user;
      const openid = await openidOf(id);
      const planted = ['Nobody Knows 无人', 'nobody.knows@example.com', openid];
      await setUser(id, { nickname: planted[0]!, email: planted[1]! });
      expect(await admin(`users erase ${id}`)).toMatchObject({
        exit: 64,
        stdout: '',
        stderr: expect.stringContaining('--yes'),
      });
      expect((await me(person.accessToken)).status).toBe(200);

      const asked = me(person.accessToken);
      const { exit, stdout, stderr } = await admin(`users erase openid:${openid} --yes`);
      await asked;
      expect([exit, stdout]).toEqual([0, `user ${id} is erased\n`]);
      expect(tracesOf(planted, new Map(Object.entries({ stdout, stderr })))).toEqual([]);
      if (backend === embedded) await sleep(rememberedMs);
      expect(await me(person.accessToken)).toMatchObject({
        error: 'session_ended',
        data: { reason: 'user_erased' },
      });
      expect(await actsOn(id)).toMatchObject([{ event: 'user_erased', reason: 'by command' }]);
      expect((await told('users find nobody.knows@example.com')).items).toEqual([]);
      expect(await admin(`users erase ${id} --yes --json`)).toMatchObject({
        exit: 1,
        json: { error: 'not_found' },
      });
    },
    timeoutMs,
  );

  it(
    'recovers: makes an administrator where none is left, though nobody may register, and another only by force',
    async () => {
      const recovered = await admin('recover --username boss --json');
      expect(recovered).toMatchObject({ exit: 0, stderr: '' });
      const { id, password } = recovered.json;
      const { status, data } = await logIn('boss', password);
      expect([status, data.user]).toEqual([200, expect.objectContaining({ id, role: 'admin' })]);
      expect(await actsOn(id)).toMatchObject([{ event: 'administrator_recovered', reason: 'by command' }]);

      const more = await admin('recover --username chief --json');
      expect(more).toMatchObject({ exit: 1, json: { error: 'administrator_exists' } });
      const weak = await admin('recover --username chief --password-stdin --force --json', 'password\n');
      expect(weak).toMatchObject({ exit: 1, json: { error: 'invalid_request' } });
      expect(weak.json.message).toMatch(/\n {2}password: /);
      expect(await told('recover --username chief --password-stdin --force', `${strong}\n`)).toEqual({
        id: expect.any(String),
        username: 'chief',
      });
      expect((await logIn('chief', strong)).status).toBe(200);
      const taken = await admin('recover --username Chief --force --json');
      expect(taken).toMatchObject({ exit: 1, json: { error: 'conflict' } });
      expect((await admin('recover --force')).exit).toBe(64);
    },
    timeoutMs,
  );

  it(
    'recovers with a user who is there, locked or not, and leaves the last administrator be',
    async () => {
      const { user } = await somebody();
      await setStanding(service, user.id, { status: 'locked' });
      expect(await told(`recover --user ${user.id} --force`)).toEqual({ id: user.id });
      expect((await told(`users find ${user.id}`)).items).toMatchObject([
        { role: 'admin', status: 'active' },
      ]);
      expect((await actsOn(user.id)).map(({ event }) => event)).toEqual([
        'user_locked',
        'role_changed',
        'user_unlocked',
        'administrator_recovered',
      ]);
      const { items } = await told('users find --role admin');
      for (const { id } of items)
        if (id !== user.id) expect((await told(`users role ${id} user`)).role).toBe('user');
      for (const line of ['users lock', 'users erase --yes']) {
        const { exit, json } = await admin(`${line} ${user.id} --json`);
        expect([exit, json.error]).toEqual([1, 'last_administrator']);
      }
    },
    timeoutMs,
  );
});

describe('the admin command', () => {
  it(
    'takes up nothing that a starting service does',
    async () => {
      const storage = await embedded.open();
      const env = {
        NODE_ENV: 'test',
        ADMIN_USERNAME: 'operator',
        ADMIN_PASSWORD: strong,
        ...storage.env,
      };
      expect(await runAdmin(['users', 'find', '--json'], { env })).toMatchObject({
        exit: 0,
        json: { items: [] },
      });
      const dataSource = await openDatabase(loadConfig(env).database, schema);
      expect(await dataSource.getRepository(UserEntity).count()).toBe(0);
      expect(await dataSource.getRepository(SigningKeyEntity).count()).toBe(0);
      await dataSource.destroy();
      await storage.close();
    },
    timeoutMs,
  );

  it(
    'explains itself in the language of the terminal, and what is wrong with the configuration',
    async () => {
      const env = { NODE_ENV: 'test', DATABASE_URL: 'sqlite:never.db' };
      expect(await runAdmin(['users', 'find', '--everything'], { env })).toMatchObject({
        exit: 64,
        stdout: '',
        stderr: expect.stringContaining('usage: admin users find'),
      });
      expect(await runAdmin(['--help'], { env: { ...env, LANG: 'zh_CN.UTF-8' } })).toMatchObject({
        exit: 0,
        stdout: expect.stringContaining('用法'),
      });
      expect(
        await runAdmin(['users', 'find'], { env: { ...env, DATABASE_URL: 'oracle://x' } }),
      ).toMatchObject({
        exit: 78,
        stdout: '',
        stderr: expect.stringContaining('DATABASE_URL'),
      });
    },
    timeoutMs,
  );

  it(
    'is refused where the database is away, in words and for machines',
    async () => {
      const env = { NODE_ENV: 'test', DATABASE_URL: 'mysql://nobody:nothing@127.0.0.1:9/wxpass' };
      expect(await runAdmin(['users', 'find', '--json'], { env })).toMatchObject({
        exit: 1,
        json: { error: 'dependency_unavailable' },
        stderr: expect.stringContaining('ECONNREFUSED'),
      });
    },
    timeoutMs,
  );
});
