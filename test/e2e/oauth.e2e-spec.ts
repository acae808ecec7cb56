import { createHash, createHmac, randomBytes, randomInt } from 'node:crypto';
import { type OutgoingHttpHeaders, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { backends, shared } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';

const secret = '密钥-with:colons-and-ünïcode';
const client = { id: 'gateway', secret };
/** Reads otherwise once it is form-decoded, at each of its signs. */
const encodable = 'a+b%20c%zz/ü&=100%';

interface Sent {
  body?: string;
  path?: string;
  headers?: Record<string, string>;
}

const manyFields = Array.from({ length: 5000 }, (_, i) => `f${i}&`).join('');

const rawBasic = (pair: string | Buffer) => `Basic ${Buffer.from(pair as string).toString('base64')}`;
const basic = (id: string, password: string) =>
  rawBasic(`${encodeURIComponent(id)}:${encodeURIComponent(password)}`);
const json = 'application/json';

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
      API_CLIENTS: [
        `${client.id}:${client.secret}:introspect+revoke`,
        'reader:another-long-secret:introspect',
        'intruder:a-third-long-secret:introspect',
        `encoder:${encodable}:introspect`,
      ].join(','),
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
  /** By a request line and headers that fetch would not send; answers with the status. */
  const sendTo = (path: string, body: string, headers: OutgoingHttpHeaders): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(service.base);
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      request({ host: '127.0.0.1', port, method: 'POST', path, headers: { ...type, ...headers } })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end(body);
    });
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

  it('stand in the audit log beside what they have ended', async () => {
    const login = (await stranger(service.simulator).logIn(service)).data;
    await send({ path: '/oauth/revoke', body: form(login.accessToken), headers: { authorization } });
    await sleep(1000);
    const log = service.app.get(AuditLog, { strict: false });
    const { items } = await log.list({ event: 'session_ended', userId: login.user.id }, 10);
    expect(items).toEqual([expect.objectContaining({ appId: client.id, reason: 'revoked' })]);
  });

  it('end it by a refresh token that was exchanged already, too', async () => {
    const login = (await stranger(service.simulator).logIn(service)).data;
    await service.api('POST', '/auth/refresh', { refreshToken: login.refreshToken });
    expect((await introspect(login.refreshToken)).json).toEqual({ active: false });
    await send({ path: '/oauth/revoke', body: form(login.refreshToken), headers: { authorization } });
    const again = await service.api('POST', '/auth/refresh', { refreshToken: login.refreshToken });
    expect(again).toMatchObject({ status: 401, error: 'session_ended', data: { reason: 'revoked' } });
  });

  describe('that guess', () => {
    let strict: RunningService;
    let from: string;
    beforeAll(async () => {
      const env = {
        API_CLIENTS: `${client.id}:${client.secret}:introspect`,
        LOGIN_LIMIT_IP: '5/1m',
        TRUST_PROXY: '127.0.0.1',
        BLOCK_AFTER: '100',
      };
      strict = await startService(backend, { env, replicas: backend === shared ? 2 : 1 });
    });
    afterAll(() => strict?.close());
    beforeEach(() => (from = `198.51.100.${freeHost++}`));

    let freeHost = 1;
    const at = (i: number) => strict.replicas[i % strict.replicas.length]!;
    const ask = (headers: Record<string, string>, i = 0, address = from) =>
      send({ body: form('x'), headers: { 'x-forwarded-for': address, ...headers } }, at(i));
    const ways = [
      { way: 'by Basic', proof: (key: string) => ({ authorization: basic(client.id, key) }) },
      { way: 'by signatures', proof: (key: string) => signed({ body: form('x') }, { key }) },
    ];
    const countOf = (answers: { status: number }[], status: number) =>
      answers.filter((answer) => answer.status === status).length;

    it.each(ways)('$way are not counted while they are right', async ({ proof }) => {
      const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => ask(proof(client.secret), i)));
      expect(countOf(answers, 200)).toBe(100);
    });

    it.each(ways)(
      '$way learn nothing once LOGIN_LIMIT_IP is full, of the right secret neither',
      async ({ proof }) => {
        for (let i = 0; i < 5; i++) expect((await ask(proof('wrong'), i)).status).toBe(401);
        const [wrong, right] = [await ask(proof('wrong')), await ask(proof(client.secret), 1)];
        for (const { status, headers, json: answer } of [wrong, right]) {
          expect([status, answer]).toEqual([
            429,
            { error: 'too_many_requests', error_description: expect.any(String) },
          ]);
          expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
          expect(headers.get('cache-control')).toBe('no-store');
        }
        expect((await ask(proof(client.secret), 0, '203.0.113.77')).status).toBe(200);
      },
    );

    const rowsOf = async (address: string) => {
      await sleep(1000);
      const log = strict.app.get(AuditLog, { strict: false });
      return (await log.list({ address, event: 'client_refused' }, 1000)).items;
    };

    it('fill no audit log: a stale signature takes a place, be it good, and then all is one row', async () => {
      const stale = () => signed({ body: form('x') }, { at: Math.floor(Date.now() / 1000) - 1000 });
      const answers = [];
      for (let i = 0; i < 1000; i++) answers.push(await ask(stale()));
      expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([5, 995]);
      const reasons = (await rowsOf(from)).map(({ reason }) => reason);
      expect(reasons.reverse()).toEqual([
        ...Array<string>(5).fill('request_signature_invalid'),
        'too_many_requests',
      ]);
    });

    it('fill no audit log by a request they have captured; its row says whose it was', async () => {
      const captured = signed({ body: form('x') });
      const answers = [];
      for (let i = 0; i < 200; i++) answers.push(await ask(captured));
      expect([countOf(answers, 200), countOf(answers, 409)]).toEqual([1, 199]);
      const rows = await rowsOf(from);
      expect(rows.map(({ reason, appId }) => [reason, appId])).toEqual([['nonce_replayed', client.id]]);
    });

    it.each(ways)('$way learn no more by 200 guesses at once', async ({ proof }) => {
      const place = 100 + randomInt(100);
      let noteFull = () => {};
      const isFull = new Promise<void>((resolve) => (noteFull = resolve));
      const guess = async (i: number) => {
        if (i >= 100) await isFull;
        const answer = await ask(proof(i === place ? client.secret : `wrong ${i}`), i);
        if (answer.status === 429) noteFull();
        return answer;
      };
      const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => guess(i)));
      expect([countOf(answers, 401), countOf(answers, 429)]).toEqual([5, 195]);
      expect(answers[place]!.status).toBe(429);
    });
  });

  it('are told in OAuth’s words what is wrong', async () => {
    const token = form('x');
    const cases: [Sent, number, string][] = [
      [{ body: token }, 401, 'invalid_client'],
      [{ body: token, headers: { authorization: basic(client.id, 'wrong') } }, 401, 'invalid_client'],
      [{ body: token, headers: { authorization: basic('nobody', client.secret) } }, 401, 'invalid_client'],
      [{ body: token, headers: { authorization: 'Bearer x' } }, 401, 'invalid_client'],
      [{ body: token, headers: { authorization: basic(client.id, '') } }, 401, 'invalid_client'],
      [{ body: '' }, 401, 'invalid_client'],
      [{ body: 'token=a&token=b' }, 401, 'invalid_client'],
      [{ body: '{"token":"x"}', headers: { 'content-type': json } }, 401, 'invalid_client'],
      [{ body: '', headers: { authorization } }, 400, 'invalid_request'],
      [{ body: 'token=', headers: { authorization } }, 400, 'invalid_request'],
      [{ body: form('x'.repeat(9000)), headers: { authorization } }, 400, 'invalid_request'],
      [{ body: 'token=a&token=b', headers: { authorization } }, 400, 'invalid_request'],
      [{ body: 'token=a&other=b&other=b', headers: { authorization } }, 400, 'invalid_request'],
      [{ body: token, headers: { authorization, ...signed({ body: token }) } }, 400, 'invalid_request'],
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
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it.each([
    ['too much', { body: 'x'.repeat(70_000), headers: { authorization } }, 413],
    ['a type that is none', { body: form('x'), headers: { authorization, 'content-type': 'none' } }, 415],
  ] as [string, Sent, number][])(
    'are told in OAuth’s words also before they are known: %s',
    async (_what, sent, status) => {
      const answer = await send(sent);
      expect([answer.status, answer.json]).toEqual([
        status,
        { error: 'invalid_request', error_description: expect.any(String) },
      ]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  it('are the only ones who may send forms', async () => {
    const answer = await send({ path: '/api/v1/auth/refresh', body: 'refreshToken=x' });
    expect([answer.status, answer.json.error]).toEqual([415, 'unsupported_media_type']);
    const nowhere = await send({ path: '/nowhere', body: 'x', headers: { 'content-type': 'text/plain' } });
    expect([nowhere.status, nowhere.json.error]).toEqual([404, 'not_found']);
  });

  it.each(['{"token":"x"}', 'no JSON', ''])(
    'send nothing but forms: not %j, as JSON or whatever',
    async (body) => {
      const sent: Sent[] = [
        { body, headers: { authorization, 'content-type': json } },
        { body, headers: { ...signed({ body }), 'content-type': json } },
        { body, headers: { authorization, 'content-type': 'text/plain;charset=UTF-8' } },
      ];
      for (const each of sent) {
        const answer = await send(each);
        expect([answer.status, answer.json]).toEqual([
          415,
          { error: 'invalid_request', error_description: expect.stringContaining('x-www-form-urlencoded') },
        ]);
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
    },
  );

  it('may send a secret as it is, or form-encoded', async () => {
    const pairs = [`encoder:${encodable}`, `encoder:${encodeURIComponent(encodable)}`];
    const plus = encodeURIComponent(encodable).replaceAll('%20', '+');
    for (const pair of [...pairs, `%65ncoder:${plus}`]) {
      const answer = await send({ body: form('x'), headers: { authorization: rawBasic(pair) } });
      expect([pair, answer.status]).toEqual([pair, 200]);
    }
  });

  it('get nowhere with headers that are no credentials', async () => {
    const [head, tail] = [Buffer.from(`${client.id}:`), Buffer.from(client.secret)];
    const broken = [
      rawBasic(Buffer.concat([head, tail, Buffer.from([0xff])])),
      rawBasic(Buffer.concat([head, Buffer.from(client.secret, 'latin1')])),
      rawBasic(`${client.id}\0:${client.secret}`),
      rawBasic(`${client.id}:${client.secret}\0`),
      rawBasic(`${client.id}:${client.secret}\r\nx: y`),
      rawBasic(client.id),
      rawBasic(':'),
      rawBasic(`:${client.secret}`),
      rawBasic(`__proto__:${client.secret}`),
      rawBasic(`${client.id}:${'x'.repeat(10_000)}`),
      `${authorization}, ${authorization}`,
      authorization.slice('Basic '.length),
      'Basic',
      'Basic !',
    ];
    for (const header of broken) {
      const answer = await send({ body: form('x'), headers: { authorization: header } });
      expect([header, answer.status, answer.json.error]).toEqual([header, 401, 'invalid_client']);
    }
    const huge = await fetch(`${service.base}/oauth/introspect`, {
      method: 'POST',
      headers: { authorization: `Basic ${'x'.repeat(20_000)}` },
    });
    expect(huge.status).toBe(431);
    expect((await introspect('x')).status).toBe(200);
  });

  it.each(['GET', 'HEAD', 'PUT', 'OPTIONS'])('learn nothing by %s', async (method) => {
    const answer = await fetch(`${service.base}/oauth/introspect?token=x`, {
      method,
      headers: { authorization },
    });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    const told = { error: 'invalid_request', error_description: 'The method is not allowed here' };
    expect(await answer.text()).toBe(method === 'HEAD' ? '' : JSON.stringify(told));
  });

  it('may ask for tokens that hold any bytes', async () => {
    for (const body of ['token=%00', 'token=a%00b', 'token=%ff%fe', 'token=%', 'token=x&__proto__=y']) {
      expect((await send({ body, headers: { authorization } })).json).toEqual({ active: false });
    }
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

  it('may write the signature in capitals, and the request line with its origin', async () => {
    const body = form('x');
    const headers = signed({ body });
    const capitals = { ...headers, 'x-signature': headers['x-signature'].toUpperCase() };
    expect((await send({ body, headers: capitals })).status).toBe(200);
    const path = '/oauth/introspect?by=http://a/b';
    const lines = [
      { line: `${service.base}${path}`, signedPath: path, status: 200 },
      { line: `http://elsewhere.example${path}`, signedPath: path, status: 200 },
      { line: `${service.base}${path}`, signedPath: `${service.base}${path}`, status: 401 },
      { line: '/oauth/%69ntrospect', signedPath: '/oauth/%69ntrospect', status: 200 },
      { line: '/oauth/%69ntrospect', signedPath: '/oauth/introspect', status: 401 },
    ];
    for (const { line, signedPath, status } of lines) {
      expect([line, await sendTo(line, body, signed({ body, path: signedPath }))]).toEqual([line, status]);
    }
  });

  it('name themselves once, and are no proxy’s X-Client-Id', async () => {
    const body = form('x');
    const { 'x-client-id': id, ...headers } = signed({ body });
    expect(await sendTo('/oauth/introspect', body, { ...headers, 'x-client-id': [id, id] })).toBe(401);
    expect(await sendTo('/oauth/introspect', body, headers)).toBe(401);
    expect((await send({ body, headers: { authorization, 'x-client-id': 'nobody' } })).status).toBe(200);
  });

  it('are remembered where they are refused, by name only where they have proved it', async () => {
    const since = Date.now();
    // One of its own: the same refusal twice in 10 s is remembered once.
    const intruder = basic('intruder', 'a-third-long-secret');
    await send({ body: form('x'), headers: { authorization: basic(client.id, 'wrong') } });
    await send({ body: form('x'), path: '/oauth/revoke', headers: { authorization: intruder } });
    await sleep(1000);
    const { items } = await service.app
      .get(AuditLog, { strict: false })
      .list({ event: 'client_refused', from: since }, 10);
    const refused = { outcome: 'failure', address: '127.0.0.1' };
    expect(items.reverse()).toEqual([
      expect.objectContaining({ ...refused, reason: 'unauthenticated', appId: null }),
      expect.objectContaining({ ...refused, reason: 'forbidden', appId: 'intruder' }),
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
