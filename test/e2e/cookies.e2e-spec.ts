import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { backends, embedded } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { stranger } from '../support/person.js';
import { miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const refreshPath = '/api/v1/auth/refresh';

interface Jar {
  header: string;
  csrf: string;
  attributes: Record<string, string>;
}

/** What a browser would keep of an answer, and send again. */
function jarOf({ headers }: Answer): Jar {
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(/;\s*/));
  const pairs = cookies.map(([pair]) => pair!);
  const named = (part: string) => pairs.find((pair) => pair.includes(part))!.split('=')[1]!;
  return {
    header: pairs.join('; '),
    csrf: named('wxpass_csrf'),
    attributes: Object.fromEntries(cookies.map(([pair, ...rest]) => [pair!.split('=')[0]!, rest.join('; ')])),
  };
}

/** Whether a browser forgets all three by this answer: same name, same path, no life. */
function takesAway({ headers }: Answer): boolean {
  const cookies = headers.getSetCookie().sort();
  const paths = {
    '__Host-wxpass_access': '/',
    '__Host-wxpass_csrf': '/',
    '__Secure-wxpass_refresh': refreshPath,
  };
  return Object.entries(paths).every(([name, path], i) =>
    cookies[i]?.startsWith(`${name}=; Max-Age=0; Path=${path};`),
  );
}

describe.each(backends)('cookie mode on $name', (backend) => {
  let service: RunningService;
  let login: Answer;
  let jar: Jar;
  beforeAll(async () => {
    service = await startService(backend);
  });
  afterAll(() => service?.close());
  beforeEach(async () => {
    login = await stranger(service.simulator).logIn(service, { body: { mode: 'cookie' } });
    jar = jarOf(login);
  });

  const call = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    service.api(method, path, body, { headers });
  const withCsrf = () => ({ cookie: jar.header, 'x-csrf-token': jar.csrf });

  it('puts the tokens into cookies that no script reads, and nowhere else', () => {
    expect(login.status).toBe(200);
    expect(Object.keys(login.data).sort()).toEqual(
      ['expiresIn', 'isNewUser', 'refreshExpiresIn', 'sessionId', 'user'].sort(),
    );
    expect(login.text).not.toMatch(/eyJ|csrf/i);
    expect(jar.attributes).toEqual({
      '__Host-wxpass_access': 'Max-Age=900; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Secure-wxpass_refresh': 'Max-Age=2592000; Path=/api/v1/auth/refresh; HttpOnly; Secure; SameSite=Lax',
      '__Host-wxpass_csrf': 'Max-Age=2592000; Path=/; Secure; SameSite=Lax',
    });
  });

  it('lets the cookie speak for reads, and asks a write for the CSRF token of this session', async () => {
    expect(await call('GET', '/users/me', { cookie: jar.header })).toMatchObject({ status: 200 });
    const other = jarOf(await stranger(service.simulator).logIn(service, { body: { mode: 'cookie' } }));
    const forged = jar.header.replace(jar.csrf, other.csrf);
    const refused: Record<string, string>[] = [
      { cookie: jar.header },
      { cookie: jar.header, 'x-csrf-token': 'x' },
      { cookie: forged, 'x-csrf-token': other.csrf },
      { cookie: jar.header, 'x-csrf-token': other.csrf },
      { cookie: jar.header.replace(/; __Host-wxpass_csrf=[^;]+/, ''), 'x-csrf-token': jar.csrf },
    ];
    for (const headers of refused) {
      expect(await call('DELETE', '/sessions', headers)).toMatchObject({
        status: 403,
        error: 'csrf_invalid',
      });
    }
    expect(await call('DELETE', '/sessions', withCsrf())).toMatchObject({ status: 200 });
  });

  it('lets a Bearer token win over a cookie, without CSRF', async () => {
    const bearer = (await stranger(service.simulator).logIn(service)).data;
    const headers = { cookie: jar.header, authorization: `Bearer ${bearer.accessToken}` };
    expect((await call('GET', '/users/me', headers)).data.id).toBe(bearer.user.id);
    expect(await call('DELETE', '/sessions', headers)).toMatchObject({ status: 200 });
  });

  it('refreshes by cookie with CSRF, and gives cookies again', async () => {
    expect(await call('POST', '/auth/refresh', { cookie: jar.header })).toMatchObject({
      status: 403,
      error: 'csrf_invalid',
    });
    const next = await call('POST', '/auth/refresh', withCsrf());
    expect(next.status).toBe(200);
    expect(next.text).not.toContain('eyJ');
    const renewed = jarOf(next);
    expect(renewed.csrf).toBe(jar.csrf);
    expect(renewed.header).not.toBe(jar.header);
    expect(await call('GET', '/users/me', { cookie: renewed.header })).toMatchObject({ status: 200 });
  });

  it('asks a page that has no refresh cookie any more to log in, and a client without cookies for its token', async () => {
    const refresh = (headers: Record<string, string>) => call('POST', '/auth/refresh', headers);
    const cookies = jar.header.split('; ');
    const left = cookies.filter((pair) => !pair.includes('wxpass_refresh'));
    const empty = cookies.map((pair) => pair.replace(/(wxpass_refresh)=.*/, '$1='));
    const unauthenticated = { status: 401, error: 'unauthenticated' };
    for (const cookie of [left.join('; '), ...left, empty.join('; ')]) {
      expect([cookie, await refresh({ cookie })]).toMatchObject([cookie, unauthenticated]);
    }
    expect(await refresh({ 'x-csrf-token': jar.csrf })).toMatchObject(unauthenticated);
    for (const headers of [{}, { cookie: 'theme=dark' }] as Record<string, string>[]) {
      const refused = await refresh({ ...headers, 'accept-language': 'en' });
      const message = 'Invalid input: expected string, received undefined';
      const fields = [{ path: 'refreshToken', message }];
      expect(refused).toMatchObject({ status: 400, error: 'invalid_request', data: { fields } });
    }
  });

  it('ends the session whose cookies a login replaces, and none by a login that sets no cookies', async () => {
    const headers = { cookie: jar.header };
    const ended = { status: 401, error: 'session_ended', data: { reason: 'logged_out' } };
    const someone = () => stranger(service.simulator);
    await someone().logIn(service, { headers });
    expect(await call('GET', '/users/me', headers)).toMatchObject({ status: 200 });
    const next = await someone().logIn(service, { headers, body: { mode: 'cookie' } });
    expect(await call('GET', '/users/me', { cookie: jarOf(next).header })).toMatchObject({ status: 200 });
    expect(await call('GET', '/users/me', headers)).toMatchObject(ended);
  });

  it('does not end its own session where a login is repeated with the cookies it has set', async () => {
    const key = { 'idempotency-key': 'one-login-shown-twice' };
    const code = await stranger(service.simulator).code();
    const logIn = (headers: Record<string, string>) =>
      call(
        'POST',
        '/auth/wechat/mini-program',
        { ...key, ...headers },
        { code, appId: miniProgram.appId, mode: 'cookie' },
      );
    const own = jarOf(await logIn({}));
    expect(await logIn({ cookie: own.header })).toMatchObject({ status: 200 });
    expect(await call('GET', '/users/me', { cookie: own.header })).toMatchObject({ status: 200 });
  });

  it('takes the cookies away wherever they show an ended session, at logout too', async () => {
    await call('POST', '/auth/logout', withCsrf());
    const ended = { status: 401, error: 'session_ended', data: { reason: 'logged_out' } };
    for (const [method, path] of [
      ['POST', '/auth/logout'],
      ['GET', '/users/me'],
    ] as const) {
      const refused = await call(method, path, { cookie: jar.header });
      expect(refused).toMatchObject(ended);
      expect(takesAway(refused)).toBe(true);
    }
  });

  it('leaves the cookies to whoever shows an ended session by a Bearer token, or a token that is forged', async () => {
    const bearer = (await stranger(service.simulator).logIn(service)).data;
    await service.api('POST', '/auth/logout', undefined, { token: bearer.accessToken });
    const forged = jar.header.replace(/(wxpass_access=[^;]+)/, '$1x');
    const byToken = { authorization: `Bearer ${bearer.accessToken}`, cookie: jar.header };
    for (const headers of [byToken, { cookie: forged }] as Record<string, string>[]) {
      const refused = await call('GET', '/users/me', headers);
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []]);
    }
  });

  it('takes the cookies away where a refresh finds the session ended', async () => {
    await call('POST', '/auth/logout', withCsrf());
    const refused = await call('POST', '/auth/refresh', withCsrf());
    expect(refused).toMatchObject({ status: 401, error: 'session_ended', data: { reason: 'logged_out' } });
    expect(takesAway(refused)).toBe(true);
    const forged = await call('POST', '/auth/refresh', { cookie: jar.header });
    expect([forged.status, forged.headers.getSetCookie()]).toEqual([403, []]);
  });

  it('takes the cookies away where the refresh token was used before, or is nobody’s', async () => {
    const { manager } = service.app.get(DataSource);
    await call('POST', '/auth/refresh', withCsrf());
    await manager.update(SessionEntity, { id: login.data.sessionId }, { rotatedAt: 0 });
    const reused = await call('POST', '/auth/refresh', withCsrf());
    expect(reused).toMatchObject({ status: 401, error: 'refresh_token_reused' });
    expect(takesAway(reused)).toBe(true);
    await manager.delete(SessionEntity, { id: login.data.sessionId });
    const unknown = await call('POST', '/auth/refresh', withCsrf());
    expect(unknown).toMatchObject({ status: 401, error: 'refresh_token_invalid' });
    expect(takesAway(unknown)).toBe(true);
  });

  it('leaves the cookies to whoever refreshes by the body', async () => {
    const refused = await call('POST', '/auth/refresh', withCsrf(), { refreshToken: 'x' });
    expect(refused).toMatchObject({ status: 401, error: 'refresh_token_invalid' });
    expect(refused.headers.getSetCookie()).toEqual([]);
  });

  it('takes the cookies away with the session that a page ends itself, and not with another', async () => {
    const someone = stranger(service.simulator);
    jar = jarOf(await someone.logIn(service, { body: { mode: 'cookie' } }));
    const [other, bearer] = [(await someone.logIn(service)).data, (await someone.logIn(service)).data];
    const mine = (await call('GET', '/sessions', { cookie: jar.header })).data.items;
    const { id } = mine.find(({ current }: { current: boolean }) => current);
    const byToken = { authorization: `Bearer ${bearer.accessToken}`, cookie: jar.header };
    for (const answer of [
      await call('DELETE', `/sessions/${other.sessionId}`, withCsrf()),
      await call('DELETE', `/sessions/${bearer.sessionId}`, byToken),
    ]) {
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []]);
    }
    const ended = await call('DELETE', `/sessions/${id}`, withCsrf());
    expect(ended.status).toBe(200);
    expect(takesAway(ended)).toBe(true);
  });

  it('logs out with CSRF and takes the cookies away', async () => {
    expect(await call('POST', '/auth/logout', { cookie: jar.header })).toMatchObject({ status: 403 });
    const out = await call('POST', '/auth/logout', withCsrf());
    expect(out.status).toBe(200);
    expect(takesAway(out)).toBe(true);
    expect(await call('GET', '/users/me', { cookie: jar.header })).toMatchObject({
      status: 401,
      error: 'session_ended',
    });
  });

  it('tells a gateway who it is, with CSRF where the forwarded method writes', async () => {
    const verify = (headers: Record<string, string>) => call('GET', '/auth/verify', headers);
    expect((await verify({ cookie: jar.header })).status).toBe(204);
    const forged = { cookie: jar.header, 'x-forwarded-method': 'GET', 'x-original-method': 'POST' };
    expect(await verify(forged)).toMatchObject({ status: 403, error: 'csrf_invalid' });
    for (const name of ['x-forwarded-method', 'x-original-method']) {
      expect((await verify({ cookie: jar.header, [name]: 'GET' })).status).toBe(204);
      expect(await verify({ cookie: jar.header, [name]: 'POST' })).toMatchObject({
        status: 403,
        error: 'csrf_invalid',
      });
      const answer = await verify({ ...withCsrf(), [name]: 'POST' });
      expect([answer.status, answer.headers.get('x-session-id')]).toEqual([204, login.data.sessionId]);
    }
  });

  it('gives the same cookies for the same Idempotency-Key', async () => {
    const someone = stranger(service.simulator);
    const code = await someone.code();
    const options = { headers: { 'idempotency-key': `cookie-mode-${code}` } };
    const body = { code, appId: 'wxfa4e000000000001', mode: 'cookie' };
    const post = () => service.api('POST', '/auth/wechat/mini-program', body, options);
    const [first, second] = [await post(), await post()];
    expect(first.status).toBe(200);
    expect(jarOf(second).header).toBe(jarOf(first).header);
  });
});

it('a write that another site might have made is one row in the audit log, however often it comes', async () => {
  const service = await startService(embedded);
  try {
    const login = await stranger(service.simulator).logIn(service, { body: { mode: 'cookie' } });
    const { header } = jarOf(login);
    for (let i = 0; i < 100; i++)
      expect(
        await service.api('DELETE', '/sessions', undefined, { headers: { cookie: header } }),
      ).toMatchObject({
        status: 403,
      });
    await sleep(1000);
    const log = service.app.get(AuditLog, { strict: false });
    const { items } = await log.list({ event: 'csrf_refused' }, 100);
    expect(items).toEqual([
      expect.objectContaining({
        outcome: 'failure',
        reason: 'csrf_invalid',
        userId: login.data.user.id,
        appId: 'wxfa4e000000000001',
        address: '127.0.0.1',
      }),
    ]);
  } finally {
    await service.close();
  }
});

it('on http the cookies have plain names and no Secure, and PUBLIC_URL’s path leads the refresh cookie', async () => {
  const service = await startService(embedded, { env: { PUBLIC_URL: 'http://localhost:3000/login' } });
  try {
    const login = await stranger(service.simulator).logIn(service, { body: { mode: 'cookie' } });
    expect(jarOf(login).attributes).toEqual({
      wxpass_access: 'Max-Age=900; Path=/; HttpOnly; SameSite=Lax',
      wxpass_refresh: 'Max-Age=2592000; Path=/login/api/v1/auth/refresh; HttpOnly; SameSite=Lax',
      wxpass_csrf: 'Max-Age=2592000; Path=/; SameSite=Lax',
    });
  } finally {
    await service.close();
  }
});
