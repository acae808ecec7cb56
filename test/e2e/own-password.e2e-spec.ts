import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { Sessions } from '../../src/session/sessions.service.js';
import { Passwords } from '../../src/users/passwords.service.js';
import { backends, shared } from '../support/backends.js';
import { browser } from '../support/browser.js';
import type { Answer, RequestOptions } from '../support/client.js';
import { linkBy, doors } from '../support/doors.js';
import { stranger } from '../support/person.js';
import { wordsOf } from '../support/race-table.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';

const password = 'correct horse battery staple';
const newPassword = 'another horse, another staple';
/** Long enough for what follows a login in these tests, short enough to wait for. */
const freshMs = 60_000;
const changed = '401 session_ended password_changed';

let count = 0;
const newName = () => `owner.${process.pid}.${++count}`;

describe.each(backends)('one’s own password on $name', (backend) => {
  let service: RunningService;
  let replicas: Replica[];
  beforeAll(async () => {
    service = await startService(backend, {
      replicas: backend === shared ? 2 : 1,
      env: {
        TRUST_PROXY: '127.0.0.1',
        REGISTER_LIMIT: '1000/1h',
        LOGIN_LIMIT_ACCOUNT: '3/1m',
        FRESH_LOGIN: `${freshMs}ms`,
      },
    });
    replicas = [...service.replicas];
  });
  afterAll(() => service?.close());

  const anyReplica = (i: number) => replicas[i % replicas.length]!;
  const logIn = ({ username, shown = password }: { username: string; shown?: string }, i = 0) =>
    anyReplica(i).api('POST', '/auth/login', { username, password: shown });
  const put = (token: string, body: object, options: RequestOptions = {}) =>
    service.api('PUT', '/users/me/password', { newPassword, ...body }, { token, ...options });
  const me = (token: string, i = 0) => anyReplica(i).api('GET', '/users/me', undefined, { token });
  const refresh = (refreshToken: string, i = 0) =>
    anyReplica(i).api('POST', '/auth/refresh', { refreshToken });
  const pathsOf = ({ data }: Answer) => data.fields.map(({ path }: { path: string }) => path);
  const actsOf = async (userId: string) => {
    for (const { app } of service.replicas) await app.get(AuditLog, { strict: false }).flush();
    const { items } = await service.app.get(AuditLog, { strict: false }).list({ userId }, 50);
    return items.map(({ event, outcome, reason }) => [event, outcome, reason].filter(Boolean).join(' '));
  };
  const sessionRows = () => service.app.get(DataSource).getRepository(SessionEntity);
  const provedAgo = (id: string, agoMs: number) =>
    sessionRows().update({ id }, { authenticatedAt: Date.now() - agoMs });
  const provedAt = async (id: string) => (await sessionRows().findOneByOrFail({ id })).authenticatedAt;

  async function register(username = newName()) {
    const { data } = await service.api('POST', '/auth/register', { username, password });
    return { ...data, username };
  }

  it('is changed by whoever knows it; other sessions end everywhere, the own one goes on', async () => {
    const own = await register();
    const others = [(await logIn(own)).data, (await logIn(own, 1)).data];
    for (const { accessToken } of others) await me(accessToken, 1);
    expect(await put(own.accessToken, { currentPassword: password })).toMatchObject({
      status: 200,
      data: null,
    });
    await sleep(1000);
    for (const i of [0, 1]) {
      for (const { accessToken, refreshToken } of others) {
        expect(wordsOf(await me(accessToken, i))).toBe(changed);
        expect(wordsOf(await refresh(refreshToken, i))).toBe(changed);
      }
      expect(await me(own.accessToken, i)).toMatchObject({ status: 200 });
      expect(await logIn(own, i)).toMatchObject({ status: 401, error: 'invalid_credentials' });
    }
    expect(await refresh(own.refreshToken)).toMatchObject({ status: 200 });
    expect(await logIn({ ...own, shown: newPassword })).toMatchObject({
      status: 200,
      data: { user: { id: own.user.id } },
    });
    const acts = await actsOf(own.user.id);
    expect(acts.filter((act) => act === 'session_ended success password_changed')).toHaveLength(2);
    expect(acts).toContain('password_changed success');
  });

  it('stays where the current one is wrong or missing, the username another, or the new one known to all', async () => {
    const own = await register();
    const other = (await logIn(own)).data;
    const refused: [object, number, string, string[]?][] = [
      [{ currentPassword: 'a wrong password' }, 401, 'invalid_credentials'],
      [{}, 400, 'invalid_request', ['currentPassword']],
      [{ currentPassword: password, username: newName() }, 400, 'invalid_request', ['username']],
      [{ currentPassword: password, newPassword: 'short' }, 400, 'invalid_request', ['newPassword']],
      [{ currentPassword: password, newPassword: 'password123' }, 400, 'invalid_request', ['newPassword']],
      [
        { currentPassword: password, newPassword: `${own.username}1` },
        400,
        'invalid_request',
        ['newPassword'],
      ],
      [{ currentPassword: password, role: 'admin' }, 400, 'invalid_request', ['role']],
    ];
    for (const [body, status, error, paths] of refused) {
      const answer = await put(own.accessToken, body);
      expect([body, answer.status, answer.error]).toEqual([body, status, error]);
      if (paths) expect([body, pathsOf(answer)]).toEqual([body, paths]);
    }
    expect(await me(other.accessToken)).toMatchObject({ status: 200 });
    expect(await logIn(own)).toMatchObject({ status: 200 });
    expect(await put(own.accessToken, { currentPassword: password, username: own.username })).toMatchObject({
      status: 200,
    });
    expect(await actsOf(own.user.id)).toContain('password_changed failure invalid_credentials');
  });

  it('is guessed as rarely as at the door, by both together', async () => {
    const own = await register();
    expect(await logIn({ ...own, shown: 'a wrong password' }, 1)).toMatchObject({ status: 401 });
    for (let i = 0; i < 2; i++)
      expect(await put(own.accessToken, { currentPassword: `wrong again ${i}` })).toMatchObject({
        status: 401,
        error: 'invalid_credentials',
      });
    expect(await put(own.accessToken, { currentPassword: password })).toMatchObject({
      status: 429,
      error: 'too_many_requests',
    });
    expect(await logIn(own, 1)).toMatchObject({ status: 429 });
  });

  it('counts each change as an attempt of its address', async () => {
    const narrow = await service.addReplica({ LOGIN_LIMIT_IP: '2/1m' });
    const own = await register();
    const options = { token: own.accessToken, headers: { 'x-forwarded-for': '203.0.113.42' } };
    const change = (currentPassword: string) =>
      narrow.api('PUT', '/users/me/password', { currentPassword, newPassword: currentPassword }, options);
    expect(await change(password)).toMatchObject({ status: 200 });
    expect(await change(password)).toMatchObject({ status: 200 });
    expect(await change(password)).toMatchObject({ status: 429, error: 'too_many_requests' });
  });

  it('makes the session that changes it count as freshly logged in', async () => {
    const own = await register();
    await provedAgo(own.sessionId, 10 * freshMs);
    const before = Date.now();
    expect(await put(own.accessToken, { currentPassword: password })).toMatchObject({ status: 200 });
    const { authenticatedAt } = await service.app
      .get(DataSource)
      .manager.findOneByOrFail(SessionEntity, { id: own.sessionId });
    expect(authenticatedAt).toBeGreaterThanOrEqual(before);
  });

  it('asks a cookie for the CSRF token', async () => {
    const username = newName();
    const who = browser(service);
    await who.post('/auth/register', { username, password, mode: 'cookie' });
    const cookie = [...who.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const csrf = [...who.cookies].find(([name]) => name.endsWith('wxpass_csrf'))![1];
    const send = (headers: Record<string, string>) =>
      service.api(
        'PUT',
        '/users/me/password',
        { currentPassword: password, newPassword },
        { headers: { cookie, ...headers } },
      );
    expect(await send({})).toMatchObject({ status: 403, error: 'csrf_invalid' });
    expect(await send({ 'x-csrf-token': csrf })).toMatchObject({ status: 200 });
    expect(await logIn({ username, shown: newPassword })).toMatchObject({ status: 200 });
  });

  it('is set first by a fresh login only, with a name; then one gets in by either', async () => {
    const someone = stranger(service.simulator);
    const own = (await someone.logIn(service)).data;
    const other = (await someone.logIn(anyReplica(1))).data;
    const username = newName();
    expect(own.user.username).toBeNull();
    await provedAgo(own.sessionId, freshMs + 1000);
    expect(await put(own.accessToken, { username })).toMatchObject({
      status: 403,
      error: 'fresh_login_required',
      data: null,
    });
    await provedAgo(own.sessionId, 0);
    const nameless = await put(own.accessToken, {});
    expect(nameless).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(pathsOf(nameless)).toEqual(['username']);
    const guessing = await put(own.accessToken, { username, currentPassword: password });
    expect(pathsOf(guessing)).toEqual(['currentPassword']);
    const { username: taken } = await register();
    expect(await put(own.accessToken, { username: taken.toUpperCase() })).toMatchObject({
      status: 409,
      error: 'conflict',
    });
    expect(await put(own.accessToken, { username })).toMatchObject({ status: 200, data: null });
    expect(await me(own.accessToken)).toMatchObject({ status: 200, data: { username } });
    expect(wordsOf(await me(other.accessToken))).toBe(changed);
    const [byPassword, byWechat] = [
      await logIn({ username, shown: newPassword }, 1),
      await someone.logIn(service),
    ];
    for (const login of [byPassword, byWechat])
      expect(login).toMatchObject({ status: 200, data: { isNewUser: false, user: { id: own.user.id } } });
    expect(await actsOf(own.user.id)).toContain('password_set success');
  });

  it('lets go of the last WeChat identity, which without it stays', async () => {
    const someone = stranger(service.simulator);
    const { accessToken: token } = (await someone.logIn(service)).data;
    const { data } = await service.api('GET', '/users/me/identities', undefined, { token });
    const unlink = () =>
      service.api('DELETE', `/users/me/identities/${data.items[0].id}`, undefined, { token });
    expect(await unlink()).toMatchObject({ status: 409, error: 'last_identity' });
    const username = newName();
    expect(await put(token, { username })).toMatchObject({ status: 200 });
    expect(await unlink()).toMatchObject({ status: 200 });
    expect(await logIn({ username, shown: newPassword })).toMatchObject({ status: 200 });
  });

  it.each(['mini-program', 'website'])(
    'is set by whom a code of their own identity proves again at %s',
    async (name) => {
      const door = doors.find((candidate) => candidate.name === name)!;
      const someone = stranger(service.simulator);
      const own = (await someone.logIn(service)).data;
      const anew = () => linkBy(service, door, someone.name, own.accessToken);
      // What is new proves nothing of whose account it is added to.
      if (name !== 'mini-program') {
        await provedAgo(own.sessionId, freshMs / 2);
        expect((await anew()).status).toBe(303);
        expect(Date.now() - (await provedAt(own.sessionId))).toBeGreaterThanOrEqual(freshMs / 2);
      }
      await provedAgo(own.sessionId, 10 * freshMs);
      expect(await put(own.accessToken, { username: newName() })).toMatchObject({
        status: 403,
        error: 'fresh_login_required',
      });
      const proved = await anew();
      expect(proved.status).toBe(name === 'mini-program' ? 201 : 303);
      expect(await put(own.accessToken, { username: newName() })).toMatchObject({ status: 200 });
    },
  );

  it('is not fresher in a session that another begot', async () => {
    const own = (await stranger(service.simulator).logIn(service)).data;
    await provedAgo(own.sessionId, 10 * freshMs);
    const { data } = await service.api(
      'POST',
      '/auth/login-codes',
      { returnTo: '/welcome' },
      { token: own.accessToken },
    );
    const child = await service.api('POST', '/auth/token', { loginCode: data.loginCode });
    expect(child.status).toBe(200);
    expect(await put(child.data.accessToken, { username: newName() })).toMatchObject({
      status: 403,
      error: 'fresh_login_required',
    });
  });

  it('is not changed by a session that ends while it is hashed', async () => {
    const own = await register();
    const passwords = service.app.get(Passwords, { strict: false });
    const change = passwords.change.bind(passwords);
    passwords.change = async (...parameters) => {
      passwords.change = change;
      const { accessToken } = (await logIn(own, 1)).data;
      await anyReplica(1).api('DELETE', '/sessions', undefined, { token: accessToken });
      return change(...parameters);
    };
    expect(wordsOf(await put(own.accessToken, { currentPassword: password }))).toBe(
      '401 session_ended revoked',
    );
    expect(await logIn(own)).toMatchObject({ status: 200 });
  });

  it('lets nobody in who showed the old one before and comes after the change', async () => {
    const own = await register();
    const passwords = service.app.get(Passwords, { strict: false });
    const verify = passwords.verify.bind(passwords);
    passwords.verify = async (...parameters) => {
      passwords.verify = verify;
      const proved = await verify(...parameters);
      expect(await put(own.accessToken, { currentPassword: password })).toMatchObject({ status: 200 });
      return proved;
    };
    expect(await logIn(own)).toMatchObject({ status: 401, error: 'invalid_credentials' });
    const { data } = await service.api('GET', '/sessions', undefined, { token: own.accessToken });
    expect(data.items).toMatchObject([{ id: own.sessionId }]);
  });

  it('ends what a login code of an ended session would beget', async () => {
    const own = await register();
    const other = (await logIn(own)).data;
    const { data } = await service.api(
      'POST',
      '/auth/login-codes',
      { returnTo: '/welcome' },
      { token: other.accessToken },
    );
    // In the worst moment: the code is taken, and the session of the exchange not yet open.
    const sessions = service.app.get(Sessions, { strict: false });
    const open = sessions.open.bind(sessions);
    sessions.open = async (session) => {
      sessions.open = open;
      expect(await put(own.accessToken, { currentPassword: password })).toMatchObject({ status: 200 });
      return open(session);
    };
    const late = await service.api('POST', '/auth/token', { loginCode: data.loginCode });
    expect(wordsOf(late)).toBe(changed);
  });
});
