import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Blocklist } from '../../src/audit/blocklist.service.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { KeyValueStore } from '../../src/platform/store/key-value-store.js';
import { PasswordHasher } from '../../src/users/password-hasher.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, shared } from '../support/backends.js';
import type { Answer, RequestOptions } from '../support/client.js';
import { stranger } from '../support/person.js';
import { miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const password = 'correct horse battery staple';

let count = 0;
/** A name that nobody has had before. */
const newName = () => `person.${process.pid}.${++count}`;

describe.each(backends)('accounts with a password on $name', (backend) => {
  let service: RunningService;
  const start = async (env: Record<string, string> = {}) => {
    service = await startService(backend, {
      replicas: backend === shared ? 2 : 1,
      env: { TRUST_PROXY: '127.0.0.1', REGISTER_LIMIT: '1000/1h', ...env },
    });
  };
  afterEach(() => service?.close());

  const anyReplica = (i: number) => service.replicas[i % service.replicas.length]!;
  const register = (body: object, options?: RequestOptions, i = 0) =>
    anyReplica(i).api('POST', '/auth/register', { username: newName(), password, ...body }, options);
  const logIn = (body: object, options?: RequestOptions, i = 0) =>
    anyReplica(i).api('POST', '/auth/login', { password, ...body }, options);
  const me = (token: string) => service.api('GET', '/users/me', undefined, { token });
  const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
  const actsOf = async (filter: { userId?: string; address?: string }) => {
    for (const { app } of service.replicas) await app.get(AuditLog, { strict: false }).flush();
    return (await service.app.get(AuditLog, { strict: false }).list(filter, 50)).items;
  };

  it('are made with a session that every replica knows, and logged in to afterwards', async () => {
    await start();
    const username = newName();
    const device = { id: 'd1', type: 'web', name: 'Laptop' };
    const { status, data } = await register({ username, email: 'ada@example.com', device });
    expect(status).toBe(201);
    expect(data).toMatchObject({
      tokenType: 'Bearer',
      expiresIn: 900,
      isNewUser: true,
      user: { username, email: 'ada@example.com', nickname: null, role: 'user', status: 'active' },
    });
    expect(decodeJwt(data.accessToken)).toMatchObject({ sub: data.user.id, client_id: 'wxpass' });
    const login = await logIn({ username, device }, undefined, 1);
    expect(login).toMatchObject({ status: 200, data: { isNewUser: false, user: { id: data.user.id } } });
    const { data: sessions } = await service.api('GET', '/sessions', undefined, {
      token: login.data.accessToken,
    });
    expect(sessions.items).toMatchObject([
      { current: true, via: 'password', device },
      { current: false, via: 'password', device },
    ]);
  });

  it('are found by any spelling that looks the same, and made once only', async () => {
    await start();
    const username = `Ada_${newName()}`;
    const { data } = await register({ username });
    expect(data.user.username).toBe(username);
    for (const spelling of [username.toUpperCase(), username.toLowerCase()]) {
      expect(await logIn({ username: spelling })).toMatchObject({
        status: 200,
        data: { user: { id: data.user.id, username } },
      });
      expect(await register({ username: spelling }, undefined, 1)).toMatchObject({
        status: 409,
        error: 'conflict',
        data: null,
      });
    }
  });

  it('take neither passwords that others know nor fields that are not asked for', async () => {
    await start();
    const pathsOf = ({ data }: Answer) => data.fields.map(({ path }: { path: string }) => path);
    const refused: [object, string[]][] = [
      [{ password: 'short 1' }, ['password']],
      [{ password: 'password123' }, ['password']],
      [{ username: 'wonderful.name', password: 'Wonderful.Name99' }, ['password']],
      [{ password: 'x'.repeat(129) }, ['password']],
      [{ username: 'ab' }, ['username']],
      [{ username: 'with space' }, ['username']],
      [{ username: 'zero\u200bwidth' }, ['username']],
      [{ email: 'nobody' }, ['email']],
      [{ role: 'admin' }, ['role']],
      [{ device: { type: 'toaster' } }, ['device.type']],
    ];
    for (const [body, paths] of refused) {
      const answer = await register(body);
      expect([body, answer.status, answer.error]).toEqual([body, 400, 'invalid_request']);
      expect([body, pathsOf(answer)]).toEqual([body, paths]);
    }
    expect(await logIn({ username: 'ada', remember: true })).toMatchObject({ status: 400 });
    expect(await logIn({ username: 'ada', password: 12345678 })).toMatchObject({ status: 400 });
  });

  it('answer alike to a wrong password and an unknown name, down to the headers', async () => {
    await start({ LOGIN_LIMIT_ACCOUNT: '3/1m' });
    const [username, nobody] = [newName(), newName()];
    await register({ username });
    // What tells the time tells nothing of the name.
    const timely = /^(date|traceparent|retry-after|ratelimit-remaining|ratelimit-reset)$/;
    const told = ({ status, json, headers }: Answer) => {
      const { traceId: _, ...body } = json;
      const sent = [...headers].map(([name, value]) => (timely.test(name) ? [name] : [name, value]));
      return { status, body, headers: sent };
    };
    const [known, unknown] = [[], []] as [unknown[], unknown[]];
    for (let i = 0; i < 4; i++) {
      known.push(told(await logIn({ username, password: 'a wrong password' }, from('203.0.113.1'), i)));
      unknown.push(told(await logIn({ username: nobody }, from('203.0.113.2'), i)));
    }
    expect(known).toEqual(unknown);
    expect(known[0]).toMatchObject({ status: 401, body: { error: 'invalid_credentials', data: null } });
    expect(known[3]).toMatchObject({ status: 429, body: { error: 'too_many_requests', data: null } });
  });

  it('let LOGIN_LIMIT_ACCOUNT guesses through, 20 at once on all replicas, whether the name is known or not', async () => {
    await start({ LOGIN_LIMIT_ACCOUNT: '5/2s' });
    const username = newName();
    await register({ username });
    for (const name of [username, newName()]) {
      const guesses = Array.from({ length: 20 }, (_, i) =>
        logIn({ username: name, password: `a wrong password ${i}` }, undefined, i),
      );
      const answers = await Promise.all(guesses);
      expect(answers.filter(({ error }) => error === 'invalid_credentials')).toHaveLength(5);
      const late = answers.filter(({ status }) => status === 429);
      expect(late).toHaveLength(15);
      expect(late[0]!.headers.get('ratelimit-limit')).toBe('5');
      expect(Number(late[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(await logIn({ username })).toMatchObject({ status: 429, error: 'too_many_requests' });
    // A window reaches back longer than it says by a twentieth.
    await sleep(2200);
    expect(await logIn({ username })).toMatchObject({ status: 200 });
  });

  it('take no place for who is told to come again before the password was looked at', async () => {
    await start({ LOGIN_LIMIT_ACCOUNT: '3/1m' });
    const username = newName();
    const { accessToken: token } = (await register({ username })).data;
    const hasher = service.app.get(PasswordHasher, { strict: false });
    const matches = hasher.matches.bind(hasher);
    hasher.matches = () => Promise.reject(new AppError('dependency_unavailable'));
    const body = { currentPassword: password, newPassword: 'another horse, another staple' };
    for (let i = 0; i < 6; i++) {
      expect(await logIn({ username })).toMatchObject({ status: 503 });
      const change = await service.api('PUT', '/users/me/password', body, { token });
      expect(change).toMatchObject({ status: 503 });
    }
    hasher.matches = matches;
    for (let i = 0; i < 2; i++)
      expect(await logIn({ username, password: 'a wrong password' })).toMatchObject({ status: 401 });
    expect(await logIn({ username })).toMatchObject({ status: 200 });
  });

  it('give the whole window back to whoever knows the password', async () => {
    await start({ LOGIN_LIMIT_ACCOUNT: '3/1m' });
    const username = newName();
    await register({ username });
    for (let i = 0; i < 6; i++) {
      const isRight = i % 3 === 2;
      const answer = await logIn(
        { username, ...(isRight ? {} : { password: 'a wrong password' }) },
        undefined,
        i,
      );
      expect(answer.status).toBe(isRight ? 200 : 401);
    }
  });

  it('are not let in while an operator blocks the name, whoever has it', async () => {
    await start();
    const [username, nobody] = [newName(), newName()];
    await register({ username });
    const blocklist = service.app.get(Blocklist, { strict: false });
    for (const value of [username.toUpperCase(), nobody])
      await blocklist.add({ kind: 'account', value, reason: 'by hand', expiresAt: null });
    await sleep(1000);
    for (const i of [0, 1]) {
      expect(await logIn({ username }, undefined, i)).toMatchObject({ status: 403, error: 'blocked' });
      expect(await logIn({ username: nobody }, undefined, i)).toMatchObject({
        status: 403,
        error: 'blocked',
      });
      expect(await register({ username: nobody }, undefined, i)).toMatchObject({ error: 'blocked' });
    }
  });

  it('tell a locked user so only where the password is right', async () => {
    await start();
    const username = newName();
    const { data } = await register({ username });
    await service.app.get(DataSource).manager.update(UserEntity, { id: data.user.id }, { status: 'locked' });
    // A right password is no guess, however often it comes.
    for (let time = 1; time <= 7; time++)
      expect(await logIn({ username })).toMatchObject({ status: 403, error: 'user_locked' });
    expect(await logIn({ username, password: 'a wrong password' })).toMatchObject({
      status: 401,
      error: 'invalid_credentials',
    });
  });

  it('are not made where REGISTRATION is off, and go on working', async () => {
    await start();
    const username = newName();
    await register({ username });
    const closed = await service.addReplica({ REGISTRATION: 'false' });
    for (const shown of [password, 'password']) {
      const body = { username: newName(), password: shown };
      const refused = await closed.api('POST', '/auth/register', body);
      expect(refused).toMatchObject({ status: 403, error: 'forbidden' });
    }
    expect(await closed.api('POST', '/auth/login', { username, password })).toMatchObject({ status: 200 });
  });

  it('are made as often as REGISTER_LIMIT allows an address, however the tries end', async () => {
    await start({ REGISTER_LIMIT: '3/1h' });
    const username = newName();
    const here = from('2001:db8::1');
    expect(await register({ username }, here)).toMatchObject({ status: 201 });
    expect(await register({ username }, here, 1)).toMatchObject({ status: 409 });
    expect(await register({ password: 'password123' }, here)).toMatchObject({ status: 400 });
    expect(await register({}, from('2001:db8::2'), 1)).toMatchObject({ status: 201 });
    const late = await register({}, from('2001:db8::3'));
    expect(late).toMatchObject({ status: 429, error: 'too_many_requests' });
    expect(late.headers.get('ratelimit-limit')).toBe('3');
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect(await register({}, from('2001:db8:0:1::1'))).toMatchObject({ status: 201 });
  });

  it('are registered once by one Idempotency-Key, however many ask, and no password lies in the store', async () => {
    await start({ REGISTER_LIMIT: '3/1h', LOGIN_LIMIT_ACCOUNT: '1/1m' });
    const written: string[] = [];
    for (const { app } of service.replicas) {
      const store = app.get(KeyValueStore, { strict: false });
      for (const verb of ['set', 'setIfAbsent', 'compareAndSet'] as const) {
        const write = (store[verb] as (...words: unknown[]) => unknown).bind(store);
        (store as any)[verb] = (...words: unknown[]) => {
          written.push(...words.map(String));
          return write(...words);
        };
      }
    }
    const body = { username: newName(), password: `a secret of ${randomUUID()}` };
    for (const [path, status] of [
      ['/auth/register', 201],
      ['/auth/login', 200],
    ] as const) {
      const headers = { 'idempotency-key': randomUUID(), 'x-forwarded-for': '203.0.113.20' };
      const ask = (i: number) => anyReplica(i).api('POST', path, body, { headers });
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i)));
      expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([status]));
      expect(new Set(answers.map(({ data }) => data.sessionId)).size).toBe(1);
      const other = { ...body, password: 'another password' };
      expect(await service.api('POST', path, other, { headers })).toMatchObject({
        status: 409,
        error: 'idempotency_key_reused',
      });
      await service.api('POST', '/auth/logout', undefined, { token: answers[0]!.data.accessToken });
      expect(await ask(1)).toMatchObject({ status: 401, error: 'session_ended' });
    }
    expect(written.length).toBeGreaterThan(0);
    const bare = createHash('sha256')
      .update(`/api/v1/auth/login\n${JSON.stringify(body)}`)
      .digest('base64url');
    for (const words of written) {
      expect(words).not.toContain(body.password);
      expect(words).not.toContain(bare);
    }
  });

  it('go by cookies where the client asks for them, and by headers against replay where they are demanded', async () => {
    await start({ REPLAY_PROTECTION: 'required' });
    const stamp = (nonce: string = randomUUID()) => ({
      headers: { 'x-timestamp': String(Math.floor(Date.now() / 1000)), 'x-nonce': nonce },
    });
    const username = newName();
    expect(await register({ username })).toMatchObject({ status: 400, error: 'invalid_request' });
    const registered = await register({ username, mode: 'cookie' }, stamp());
    expect(registered.status).toBe(201);
    expect(registered.headers.getSetCookie()).toHaveLength(3);
    expect(registered.text).not.toMatch(/eyJ|csrf/i);
    const cookie = registered.headers
      .getSetCookie()
      .map((text) => text.split(';', 1)[0])
      .join('; ');
    const mine = await service.api('GET', '/users/me', undefined, { headers: { cookie } });
    expect(mine.data.username).toBe(username);
    expect(await logIn({ username })).toMatchObject({ status: 400 });
    const once = stamp();
    expect(await logIn({ username }, once)).toMatchObject({ status: 200 });
    expect(await logIn({ username }, once, 1)).toMatchObject({ status: 409, error: 'nonce_replayed' });
  });

  it('count as fresh logins by LOGIN_LIMIT_IP, also where they are new', async () => {
    await start({ LOGIN_LIMIT_IP: '3/1m' });
    const username = newName();
    const here = from('203.0.113.7');
    expect(await register({ username }, here)).toMatchObject({ status: 201 });
    expect(await logIn({ username }, here, 1)).toMatchObject({ status: 200 });
    expect(await logIn({ username, password: 'wrong one' }, here)).toMatchObject({ status: 401 });
    expect(await logIn({ username }, here, 1)).toMatchObject({ status: 429 });
    expect(await register({}, here)).toMatchObject({ status: 429 });
  });

  it('leave a row in the audit log for each try: who, under which name, how it ended', async () => {
    await start({ LOGIN_LIMIT_ACCOUNT: '1/1m' });
    const username = newName();
    const unknown = newName();
    const here = from('203.0.113.77');
    const { data } = await register({ username }, here);
    await logIn({ username: username.toUpperCase() }, here);
    await logIn({ username, password: 'a wrong password' }, here);
    await logIn({ username, password: 'a wrong password' }, here);
    // A password in the wrong field.
    await logIn({ username: password, password: unknown }, here);
    await logIn({ username: unknown }, here);
    await register({ username }, here);
    const userId = data.user.id;
    const row = { userId, appId: 'wxpass', address: '203.0.113.77' };
    const failure = { ...row, username, outcome: 'failure' };
    const acts = (await actsOf({ address: '203.0.113.77' })).reverse();
    expect(acts).toMatchObject([
      { event: 'user_registered', outcome: 'success', ...row, username },
      { event: 'login', outcome: 'success', ...row, username },
      { event: 'login', outcome: 'success', ...row, username: username.toUpperCase() },
      { event: 'login', ...failure, reason: 'invalid_credentials', blocked: false },
      { event: 'login', ...failure, reason: 'too_many_requests', blocked: true },
      { event: 'login', outcome: 'failure', userId: null, username: null, reason: 'invalid_credentials' },
      { event: 'login', outcome: 'failure', userId: null, username: null, reason: 'invalid_credentials' },
      { event: 'user_registered', ...failure, reason: 'conflict' },
    ]);
    expect(JSON.stringify(acts)).not.toContain(password);
    expect(JSON.stringify(acts)).not.toContain(unknown);
  });

  it('take a WeChat identity, by which one then gets in too, and give it back', async () => {
    await start();
    const someone = stranger(service.simulator);
    const username = newName();
    const { accessToken: token, user } = (await register({ username })).data;
    const link = async () =>
      service.api(
        'POST',
        '/users/me/identities',
        { kind: 'mini-program', appId: miniProgram.appId, code: await someone.code() },
        { token },
      );
    const linked = await link();
    expect(linked).toMatchObject({ status: 201, data: { kind: 'mini-program' } });
    const byWechat = await someone.logIn(anyReplica(1));
    expect(byWechat).toMatchObject({
      status: 200,
      data: { isNewUser: false, user: { id: user.id, username } },
    });
    expect(await logIn({ username })).toMatchObject({ status: 200, data: { user: { id: user.id } } });
    const unlink = () =>
      service.api('DELETE', `/users/me/identities/${linked.data.id}`, undefined, { token });
    expect(await unlink()).toMatchObject({ status: 200 });
    expect(await logIn({ username })).toMatchObject({ status: 200 });
    const stranger2 = await someone.logIn(anyReplica(1));
    expect(stranger2).toMatchObject({ status: 200, data: { isNewUser: true } });
    expect(stranger2.data.user.id).not.toBe(user.id);
    expect(await link()).toMatchObject({ status: 409, error: 'identity_taken' });
    expect(await me(token)).toMatchObject({ status: 200, data: { id: user.id } });
  });
});
