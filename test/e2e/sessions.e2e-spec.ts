import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { backends, shared } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';
import { miniProgram, otherMiniProgram } from '../support/start-simulator.js';

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 MicroMessenger/8.0.50';

/** What the audit log says of a person's sessions that ended, oldest first, once there are so many. */
async function endsOf({ app }: RunningService, userId: string, count: number) {
  for (let i = 0; ; i++, await sleep(20)) {
    const { items } = await app.get(AuditLog).list({ userId }, 100);
    const ends = items.filter(({ event }) => event !== 'login' && event !== 'identity_created').reverse();
    if (ends.length >= count || i === 100) return ends;
  }
}

describe.each(backends)('a person’s sessions on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === shared ? 2 : 1 });
  });
  afterAll(() => service?.close());

  const list = (token: string, query = '', headers?: Record<string, string>) =>
    service.api('GET', `/sessions${query}`, undefined, { token, headers });
  const me = (token: string) => service.api('GET', '/users/me', undefined, { token });

  it('are listed newest first, the current one marked, with devices people recognise', async () => {
    const someone = stranger(service.simulator);
    const first = (await someone.logIn(service, { headers: { 'user-agent': iphone } })).data;
    const second = (
      await someone.logIn(service, { body: { device: { id: 'd1', type: 'mobile', name: '旧手机' } } })
    ).data;
    await stranger(service.simulator).logIn(service);
    const { status, data } = await list(second.accessToken);
    expect(status).toBe(200);
    expect(data).toEqual({
      items: [
        {
          id: second.sessionId,
          current: true,
          device: { id: 'd1', type: 'mobile', name: '旧手机' },
          address: '127.0.0.1',
          createdAt: expect.stringMatching(/Z$/),
          lastSeenAt: expect.stringMatching(/Z$/),
          via: 'mini-program',
        },
        expect.objectContaining({
          id: first.sessionId,
          current: false,
          device: { id: null, type: 'mini-program', name: '微信 · iPhone' },
        }),
      ],
      nextCursor: null,
    });
    const english = await list(second.accessToken, '', { 'accept-language': 'en' });
    expect(english.data.items[1].device.name).toBe('WeChat · iPhone');
  });

  it('are listed page by page', async () => {
    const someone = stranger(service.simulator);
    const logins = [];
    for (let i = 0; i < 5; i++) logins.push((await someone.logIn(service)).data);
    const token = logins[0].accessToken;
    const seen: string[] = [];
    let cursor = '';
    do {
      const { data } = await list(token, `?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...data.items.map(({ id }: { id: string }) => id));
      cursor = data.nextCursor;
    } while (cursor);
    expect(seen).toEqual(logins.map(({ sessionId }) => sessionId).reverse());
    expect(await list(token, '?limit=0')).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await list(token, '?nonsense=1')).toMatchObject({ status: 400, error: 'invalid_request' });
    for (const foreign of ['x', logins[1].sessionId, 'A'.repeat(65)]) {
      expect(await list(token, `?cursor=${foreign}`)).toMatchObject({
        status: 400,
        error: 'invalid_request',
        data: { fields: [{ path: 'cursor' }] },
      });
    }
  });

  it('leave a row in the audit log when they end: who ended them, from where, and their door', async () => {
    const someone = stranger(service.simulator);
    const logIn = async (appId: string) => (await someone.logIn(service, { appId })).data;
    const [here, there] = [miniProgram.appId, otherMiniProgram.appId];
    const [a, b, c, d] = [await logIn(here), await logIn(there), await logIn(there), await logIn(here)];
    const send = (method: string, path: string, { accessToken }: { accessToken: string }) =>
      service.api(method, path, undefined, { token: accessToken, headers: { 'user-agent': iphone } });
    await send('POST', '/auth/logout', a);
    await send('DELETE', `/sessions/${b.sessionId}`, d);
    await send('DELETE', '/sessions', d);
    await send('DELETE', `/sessions/${d.sessionId}`, d);
    expect(c.user.id).toBe(a.user.id);
    const row = { address: '127.0.0.1', userAgent: iphone, outcome: 'success', userId: a.user.id };
    expect(await endsOf(service, a.user.id, 4)).toMatchObject([
      { event: 'logout', reason: 'logged_out', appId: here, ...row },
      { event: 'session_ended', reason: 'revoked', appId: there, ...row },
      { event: 'session_ended', reason: 'revoked', appId: there, ...row },
      { event: 'session_ended', reason: 'revoked', appId: here, ...row },
    ]);
  });

  it('are ended one by one by their owner, and by nobody else', async () => {
    const someone = stranger(service.simulator);
    const [mine, other] = [(await someone.logIn(service)).data, (await someone.logIn(service)).data];
    const foreign = (await stranger(service.simulator).logIn(service)).data;
    const end = (id: string) =>
      service.api('DELETE', `/sessions/${id}`, undefined, { token: mine.accessToken });
    for (const id of [
      foreign.sessionId,
      'nonsense',
      'x'.repeat(200),
      '00000000-0000-7000-8000-000000000000',
    ]) {
      expect(await end(id)).toMatchObject({ status: 404, error: 'not_found' });
    }
    expect(await end(other.sessionId)).toMatchObject({ status: 200, data: null });
    expect(await end(other.sessionId)).toMatchObject({ status: 404 });
    const ended = { status: 401, error: 'session_ended', data: { reason: 'revoked' } };
    expect(await me(other.accessToken)).toMatchObject(ended);
    expect(await service.api('POST', '/auth/refresh', { refreshToken: other.refreshToken })).toMatchObject(
      ended,
    );
    expect(await me(foreign.accessToken)).toMatchObject({ status: 200 });
    expect((await list(mine.accessToken)).data.items).toHaveLength(1);
  });

  it('are all ended but the one that asks', async () => {
    const someone = stranger(service.simulator);
    const logins = [];
    for (let i = 0; i < 4; i++) logins.push((await someone.logIn(service)).data);
    const [mine, ...others] = logins;
    expect(await service.api('DELETE', '/sessions', undefined, { token: mine.accessToken })).toMatchObject({
      status: 200,
    });
    expect(await me(mine.accessToken)).toMatchObject({ status: 200 });
    for (const { accessToken } of others)
      expect(await me(accessToken)).toMatchObject({ status: 401, error: 'session_ended' });
  });

  it('are known to have been used, without a write for each request', async () => {
    const { data } = await stranger(service.simulator).logIn(service);
    const { manager } = service.app.get(DataSource);
    const hourAgo = Date.now() - 3_600_000;
    await manager.update(SessionEntity, { id: data.sessionId }, { lastSeenAt: hourAgo });
    await sleep(600);
    for (let i = 0; i < 20; i++) await me(data.accessToken);
    const lastSeen = async () =>
      (await manager.findOneByOrFail(SessionEntity, { id: data.sessionId })).lastSeenAt;
    expect(await lastSeen()).toBe(hourAgo);
    await sleep(5500);
    expect(await lastSeen()).toBeGreaterThan(Date.now() - 10_000);
  });
});

describe.each(backends)('SESSION_LIMITS on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, {
      replicas: backend === shared ? 2 : 1,
      env: { SESSION_LIMITS: 'web=2,desktop=1,mobile=0' },
    });
  });
  afterAll(() => service?.close());

  const anyReplica = (i: number) => service.replicas[i % service.replicas.length]!;
  const alive = async (token: string) =>
    (await service.api('GET', '/users/me', undefined, { token })).status === 200;

  it('end the oldest session of a type as replaced', async () => {
    const someone = stranger(service.simulator);
    const on = async (type: string, options = {}) =>
      (await someone.logIn(service, { body: { device: { type } }, ...options })).data;
    const [a, phone, b] = [await on('web'), await on('mobile'), await on('web')];
    const c = await on('web', { appId: otherMiniProgram.appId, headers: { 'user-agent': iphone } });
    expect(await service.api('GET', '/users/me', undefined, { token: a.accessToken })).toMatchObject({
      status: 401,
      error: 'session_ended',
      data: { reason: 'replaced' },
    });
    for (const { accessToken } of [phone, b, c]) expect(await alive(accessToken)).toBe(true);
    const login = { address: '127.0.0.1', userAgent: iphone, appId: otherMiniProgram.appId };
    expect(await endsOf(service, a.user.id, 1)).toMatchObject([
      { event: 'session_ended', reason: 'replaced', outcome: 'success', ...login },
    ]);
  });

  it('hold when many log in at once on all replicas', async () => {
    for (let round = 0; round < 10; round++) {
      const someone = stranger(service.simulator);
      const logins = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          someone.logIn(anyReplica(i), { body: { device: { type: i % 2 ? 'web' : 'desktop' } } }),
        ),
      );
      await sleep(20);
      const living = { web: 0, desktop: 0 };
      for (const [i, { data }] of logins.entries()) {
        if (await alive(data.accessToken)) living[i % 2 ? 'web' : 'desktop'] += 1;
      }
      expect(living).toEqual({ web: 2, desktop: 1 });
    }
  });
});
