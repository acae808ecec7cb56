import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { backends } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';

/** Many requests at once take their time on a busy machine. */
const graceMs = 2000;

describe.each(backends)('a session goes on by its refresh token on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { env: { REFRESH_GRACE: `${graceMs}ms` } });
  });
  afterAll(() => service?.close());

  const refresh = (refreshToken: string) => service.api('POST', '/auth/refresh', { refreshToken });
  const logIn = async () => (await stranger(service.simulator).logIn(service)).data;
  const me = (token: string) => service.api('GET', '/users/me', undefined, { token });

  it('gives new tokens of the same session', async () => {
    const login = await logIn();
    const next = await refresh(login.refreshToken);
    expect(next.status).toBe(200);
    expect(Object.keys(next.data).sort()).toEqual(
      ['accessToken', 'expiresIn', 'refreshExpiresIn', 'refreshToken', 'sessionId', 'tokenType'].sort(),
    );
    expect(next.data.sessionId).toBe(login.sessionId);
    expect(next.data.refreshToken).not.toBe(login.refreshToken);
    expect(await me(next.data.accessToken)).toMatchObject({ status: 200 });
  });

  it('gives all who show one token at once the same successor, and the session lives', async () => {
    for (let round = 0; round < 5; round++) {
      const login = await logIn();
      const answers = await Promise.all(Array.from({ length: 40 }, () => refresh(login.refreshToken)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ data }) => data.refreshToken)).size).toBe(1);
      expect(await me(answers[0]!.data.accessToken)).toMatchObject({ status: 200 });
    }
  });

  it('ends the session when the predecessor comes after the grace', async () => {
    const login = await logIn();
    const next = await refresh(login.refreshToken);
    await sleep(graceMs + 200);
    expect(await refresh(login.refreshToken)).toMatchObject({ status: 401, error: 'refresh_token_reused' });
    const ended = { status: 401, error: 'session_ended', data: { reason: 'refresh_token_reused' } };
    expect(await refresh(next.data.refreshToken)).toMatchObject(ended);
    expect(await me(next.data.accessToken)).toMatchObject(ended);
    await sleep(1000);
    const log = service.app.get(AuditLog, { strict: false });
    const { items } = await log.list({ userId: login.user.id, event: 'refresh_token_reused' }, 10);
    expect(items.map(({ outcome }) => outcome)).toEqual(['failure']);
  });

  it('ends the session when a token older than the predecessor comes, grace or not', async () => {
    const login = await logIn();
    const second = await refresh(login.refreshToken);
    await refresh(second.data.refreshToken);
    expect(await refresh(login.refreshToken)).toMatchObject({ status: 401, error: 'refresh_token_reused' });
  });

  it('is not ended by an invented token that names it', async () => {
    const login = await logIn();
    const bytes = Buffer.from(login.refreshToken, 'base64url');
    bytes.fill(7, 16);
    expect(await refresh(bytes.toString('base64url'))).toMatchObject({
      status: 401,
      error: 'refresh_token_invalid',
    });
    expect(await refresh(login.refreshToken)).toMatchObject({ status: 200 });
  });

  it.each(['x', 'A'.repeat(86), `${'A'.repeat(85)}=`, '\u0000', 'A'.repeat(512)])(
    'refuses %j',
    async (token) => {
      expect(await refresh(token)).toMatchObject({ status: 401, error: 'refresh_token_invalid' });
    },
  );

  it('never leaves a live token behind a logout that was answered', async () => {
    for (let round = 0; round < 10; round++) {
      const login = await logIn();
      const [, ...refreshed] = await Promise.all([
        service.api('POST', '/auth/logout', undefined, { token: login.accessToken }),
        ...Array.from({ length: 10 }, () => refresh(login.refreshToken)),
      ]);
      const given = refreshed.filter(({ status }) => status === 200).map(({ data }) => data);
      for (const { accessToken, refreshToken } of given) {
        expect(await me(accessToken)).toMatchObject({ status: 401, error: 'session_ended' });
        expect(await refresh(refreshToken)).toMatchObject({ status: 401, error: 'session_ended' });
      }
    }
  });

  it('ends at logout for every token it ever had', async () => {
    const login = await logIn();
    const next = (await refresh(login.refreshToken)).data;
    expect(await service.api('POST', '/auth/logout', undefined, { token: next.accessToken })).toMatchObject({
      status: 200,
      data: null,
    });
    const ended = { status: 401, error: 'session_ended', data: { reason: 'logged_out' } };
    for (const token of [login.accessToken, next.accessToken]) expect(await me(token)).toMatchObject(ended);
    for (const token of [login.refreshToken, next.refreshToken])
      expect(await refresh(token)).toMatchObject(ended);
  });
});

describe.each(backends)('a session has its ends on $name', (backend) => {
  it('the sliding one is moved by a refresh, the absolute one is not', async () => {
    const service = await startService(backend, { env: { REFRESH_TOKEN_TTL: '2s', SESSION_MAX_TTL: '3s' } });
    try {
      const login = (await stranger(service.simulator).logIn(service)).data;
      expect(login.refreshExpiresIn).toBe(2);
      expect(login.expiresIn).toBeLessThanOrEqual(2);
      await sleep(1500);
      const next = await service.api('POST', '/auth/refresh', { refreshToken: login.refreshToken });
      expect(next.status).toBe(200);
      expect(next.data.refreshExpiresIn).toBeLessThanOrEqual(2);
      await sleep(1700);
      const late = await service.api('POST', '/auth/refresh', { refreshToken: next.data.refreshToken });
      expect(late).toMatchObject({ status: 401, error: 'session_ended', data: { reason: 'expired' } });
    } finally {
      await service.close();
    }
  });
});
