import { createHash, createHmac, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { backends, shared } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';

const secret = '密钥-with:colons-and-ünïcode';
const client = { id: 'gateway', secret };

interface Sent {
  body?: string;
  path?: string;
  headers?: Record<string, string>;
}

const manyFields = Array.from({ length: 5000 }, (_, i) => `f${i}&`).join('');

const basic = (id: string, password: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`).toString('base64')}`;

/** The headers of a signed request, as the contract tells a client to make them. */
function signed(
  { body = '', path = '/oauth/introspect' }: Sent,
  parts: { key?: string; at?: number; nonce?: string } = {},
) {
  const timestamp = String(parts.at ?? Math.floor(Date.now() / 1000));
  const nonce = parts.nonce ?? randomBytes(12).toString('hex');
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const text = ['POST', path, timestamp, nonce, bodyHash].join('\n');
  const signature = createHmac('sha256', parts.key ?? client.secret)
    .update(text)
    .digest('hex');
  return { 'x-client-id': client.id, 'x-timestamp': timestamp, 'x-nonce': nonce, 'x-signature': signature };
}

describe.each(backends)('machine clients on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    const env = {
      API_CLIENTS: `${client.id}:${client.secret}:introspect+revoke,reader:another-long-secret:introspect`,
    };
    service = await startService(backend, { env, replicas: backend === shared ? 2 : 1 });
  });
  afterAll(() => service?.close());

  const send = async (
    { path = '/oauth/introspect', body = '', headers = {} }: Sent,
    to: Replica = service,
  ) => {
    const response = await fetch(to.base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, json: text ? JSON.parse(text) : undefined };
  };
  const form = (token: string) => new URLSearchParams({ token }).toString();
  const authorization = basic(client.id, client.secret);
  const introspect = (token: string) => send({ body: form(token), headers: { authorization } });

  it('learn what a good token stands for, of either kind', async () => {
    const { accessToken, refreshToken, sessionId, user } = (await stranger(service.simulator).logIn(service))
      .data;
    const access = await introspect(accessToken);
    expect(access.status).toBe(200);
    expect(access.headers.get('cache-control')).toBe('no-store');
    expect(access.json).toMatchObject({
      active: true,
      token_type: 'Bearer',
      sub: user.id,
      sid: sessionId,
      role: 'user',
      iss: 'https://login.example.test',
      aud: 'wxpass',
      exp: expect.any(Number),
    });
    expect((await introspect(refreshToken)).json).toMatchObject({
      active: true,
      token_type: 'refresh_token',
      sub: user.id,
    });
  });

  it('learn nothing but that of any other', async () => {
    const login = (await stranger(service.simulator).logIn(service)).data;
    await service.api('POST', '/auth/logout', undefined, { token: login.accessToken });
    for (const token of [
      'x',
      login.accessToken,
      login.refreshToken,
      `${login.accessToken}x`,
      'é'.repeat(100),
    ]) {
      expect((await introspect(token)).json).toEqual({ active: false });
    }
  });

  it('end the session of a token of either kind; an unknown token is no error', async () => {
    for (const kind of ['accessToken', 'refreshToken']) {
      const login = (await stranger(service.simulator).logIn(service)).data;
      const answer = await send({
        path: '/oauth/revoke',
        body: form(login[kind]),
        headers: { authorization },
      });
      expect(answer.status).toBe(200);
      expect(await service.api('GET', '/users/me', undefined, { token: login.accessToken })).toMatchObject({
        status: 401,
        error: 'session_ended',
        data: { reason: 'revoked' },
      });
    }
    expect((await send({ path: '/oauth/revoke', body: form('x'), headers: { authorization } })).status).toBe(
      200,
    );
  });

  it('end it by a refresh token that was exchanged already, too', async () => {
    const login = (await stranger(service.simulator).logIn(service)).data;
    await service.api('POST', '/auth/refresh', { refreshToken: login.refreshToken });
    expect((await introspect(login.refreshToken)).json).toEqual({ active: false });
    await send({ path: '/oauth/revoke', body: form(login.refreshToken), headers: { authorization } });
    const again = await service.api('POST', '/auth/refresh', { refreshToken: login.refreshToken });
    expect(again).toMatchObject({ status: 401, error: 'session_ended', data: { reason: 'revoked' } });
  });

  it('may guess no oftener than LOGIN_LIMIT_IP, while good clients are not counted', async () => {
    const strict = await startService(backend, {
      env: {
        API_CLIENTS: `${client.id}:${client.secret}:introspect`,
        LOGIN_LIMIT_IP: '5/1m',
        TRUST_PROXY: '127.0.0.1',
        BLOCK_AFTER: '100',
      },
    });
    const from = `198.51.100.${randomBytes(1)[0]}`;
    try {
      const guess = (password: string) => {
        const headers = { authorization: basic(client.id, password), 'x-forwarded-for': from };
        return send({ body: form('x'), headers }, strict);
      };
      for (let i = 0; i < 10; i++) expect((await guess(client.secret)).status).toBe(200);
      const guesses = await Promise.all(Array.from({ length: 20 }, () => guess('wrong')));
      expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
      const refused = guesses.filter(({ status }) => status === 429);
      expect(refused).toHaveLength(15);
      expect(refused[0]!.headers.get('retry-after')).toEqual(expect.any(String));
    } finally {
      await strict.close();
    }
  });

  it('are told in OAuth’s words what is wrong', async () => {
    const token = form('x');
    const cases: [Sent, number, string][] = [
      [{ body: token }, 401, 'invalid_client'],
      [{ body: token, headers: { authorization: basic(client.id, 'wrong') } }, 401, 'invalid_client'],
      [{ body: token, headers: { authorization: basic('nobody', client.secret) } }, 401, 'invalid_client'],
      [{ body: token, headers: { authorization: 'Bearer x' } }, 401, 'invalid_client'],
      [{ body: '', headers: { authorization } }, 400, 'invalid_request'],
      [{ body: 'token=a&token=b', headers: { authorization } }, 400, 'invalid_request'],
      [{ body: `${manyFields}token=x`, headers: { authorization } }, 400, 'invalid_request'],
      [
        {
          body: token,
          path: '/oauth/revoke',
          headers: { authorization: basic('reader', 'another-long-secret') },
        },
        403,
        'insufficient_scope',
      ],
    ];
    for (const [sent, status, error] of cases) {
      const answer = await send(sent);
      expect([answer.status, answer.json]).toEqual([
        status,
        { error, error_description: expect.any(String) },
      ]);
      if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Basic/);
    }
  });

  it('are the only ones who may send forms', async () => {
    const answer = await send({ path: '/api/v1/auth/refresh', body: 'refreshToken=x' });
    expect([answer.status, answer.json.error]).toEqual([415, 'unsupported_media_type']);
  });

  it('may sign instead: method, path with query, time, nonce and body', async () => {
    const { accessToken } = (await stranger(service.simulator).logIn(service)).data;
    const body = form(accessToken);
    const path = '/oauth/introspect?trace=a%20b';
    expect((await send({ path, body, headers: signed({ path, body }) })).json).toMatchObject({
      active: true,
    });
    const now = Math.floor(Date.now() / 1000);
    const refused = [
      { path: '/oauth/introspect', body, headers: signed({ path, body }) },
      { path, body: form('other'), headers: signed({ path, body }) },
      { path, body, headers: signed({ path, body }, { key: 'another secret' }) },
      { path, body, headers: signed({ path, body }, { at: now - 400 }) },
      { path, body, headers: signed({ path, body }, { at: now + 400 }) },
      { path, body, headers: { ...signed({ path, body }), 'x-client-id': 'nobody' } },
      { path, body, headers: { ...signed({ path, body }), 'x-signature': '' } },
    ];
    for (const sent of refused)
      expect(await send(sent)).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  it('are remembered where they are refused', async () => {
    const since = Date.now();
    await send({ body: form('x'), headers: { authorization: basic(client.id, 'wrong') } });
    await sleep(1000);
    const { items } = await service.app
      .get(AuditLog, { strict: false })
      .list({ event: 'client_refused', from: since }, 10);
    expect(items).toEqual([
      expect.objectContaining({ outcome: 'failure', reason: 'unauthenticated', address: '127.0.0.1' }),
    ]);
  });

  it('use a nonce once, 50 at once on all replicas, and a stranger cannot use it up', async () => {
    const body = form('x');
    const nonce = randomBytes(12).toString('hex');
    await send({ body, headers: { ...signed({ body }, { nonce }), 'x-signature': 'f'.repeat(64) } });
    const headers = signed({ body }, { nonce });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        send({ body, headers }, service.replicas[i % service.replicas.length]),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
  });
});
