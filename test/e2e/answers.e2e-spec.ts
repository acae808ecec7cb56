import { connect } from 'node:net';
import { embedded } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const door = '/auth/wechat/mini-program';

describe('every answer', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(embedded, { env: { CORS_ORIGINS: 'https://app.example.com' } });
  });
  afterAll(() => service?.close());

  const post = (body: unknown, headers?: Record<string, string>) =>
    service.api('POST', door, body, { headers });
  const postRaw = (raw: string, headers?: Record<string, string>) =>
    service.api('POST', door, undefined, { raw, headers });

  it.each([
    [{}],
    [{ code: '' }],
    [{ code: 1 }],
    [{ code: null }],
    [{ code: ['a'] }],
    [{ code: { $ne: 1 } }],
    [{ code: 'x'.repeat(129) }],
    [{ code: 'a b' }],
    [{ code: 'a&appid=wx' }],
    [{ code: 'a', evil: 1 }],
    [{ code: 'a', openid: 'o1' }],
    [{ code: 'a', device: { id: 'x', extra: 1 } }],
    [{ code: 'a', device: { name: 'a\nb' } }],
    [[]],
    ['x'],
    [null],
    [0],
  ])('refuses the body %j field by field', async (body) => {
    const answer = await post(body);
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request', json: { code: 40000 } });
    expect(answer.data.fields.length).toBeGreaterThan(0);
    for (const field of answer.data.fields)
      expect(field).toEqual({ path: expect.any(String), message: expect.any(String) });
  });

  it.each([
    '{',
    '\u0000',
    '{"code":"a","__proto__":{"role":"admin"}}',
    '{"constructor":{"prototype":{}},"code":"a"}',
  ])('refuses the text %j', async (raw) => {
    expect(await postRaw(raw)).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('takes an absent and an empty body for {}', async () => {
    expect((await service.api('POST', door)).data.fields[0].path).toBe('code');
    expect((await postRaw('')).data.fields[0].path).toBe('code');
  });

  it('refuses another media type, too large a body, an unknown path and another method', async () => {
    expect(await postRaw('code=a', { 'content-type': 'text/plain' })).toMatchObject({
      status: 415,
      error: 'unsupported_media_type',
    });
    expect(await post({ code: 'x'.repeat(70_000) })).toMatchObject({ status: 413, error: 'too_large' });
    expect(await service.api('GET', '/nothing/here')).toMatchObject({ status: 404, error: 'not_found' });
    const longId = await service.api('DELETE', `/sessions/${'a'.repeat(300)}`);
    expect(longId).toMatchObject({ status: 404, error: 'not_found' });
    const other = await service.api('DELETE', door);
    expect(other).toMatchObject({ status: 405, error: 'method_not_allowed' });
    expect(other.headers.get('allow')).toBe('POST');
    expect(await service.api('GET', '/%E0%A4%A')).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('speaks zh unless en is asked for, in fields and advice too', async () => {
    const han = /\p{Script=Han}/u;
    const zh = await post({});
    const en = await post({}, { 'accept-language': 'en-GB,en;q=0.9,zh;q=0.1' });
    expect(zh.json.message + zh.data.fields[0].message).toMatch(han);
    expect(en.json.message + en.data.fields[0].message).not.toMatch(han);
    expect((await post({}, { 'accept-language': 'fr' })).json.message).toMatch(han);
    expect((await post({}, { 'accept-language': 'zh-TW,en;q=0.5' })).json.message).toMatch(han);
  });

  it('carries the trace id of the traceparent it was given, and gives its own back', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const given = await post({}, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` });
    expect(given.json.traceId).toBe(traceId);
    expect(given.headers.get('traceparent')).toMatch(
      new RegExp(`^00-${traceId}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`),
    );
    for (const wrong of [
      'x',
      `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
      `ff-${traceId}-00f067aa0ba902b7-01`,
    ]) {
      expect((await post({}, { traceparent: wrong })).json.traceId).toMatch(/^(?!0{32}|4bf9)[0-9a-f]{32}$/);
    }
  });

  it('carries the security headers and no banner', async () => {
    const answers = [
      await service.api('GET', '/users/me'),
      await service.api('GET', '/nothing'),
      await service.api('GET', '/.well-known/jwks.json'),
      await service.api('GET', '/%E0%A4%A'),
      await service.api('DELETE', door),
      await postRaw('code=a', { 'content-type': 'text/plain' }),
      await post({ code: 'x'.repeat(70_000) }),
    ];
    for (const { headers, json } of answers) {
      if (json?.traceId) expect(headers.get('traceparent')).toContain(json.traceId);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.has('x-powered-by') || headers.has('server')).toBe(false);
    }
  });

  it('is not to be stored where it comes from the API, however its path is spelled', async () => {
    for (const path of ['/users/me', '/nothing']) {
      expect((await service.api('GET', path)).headers.get('cache-control')).toBe('no-store');
    }
    const code = await stranger(service.simulator).code();
    const response = await fetch(`${service.base}/%61pi/v1${door}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, appId: miniProgram.appId }),
    });
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
  });

  it('opens to the pages of CORS_ORIGINS and to no other', async () => {
    const preflight = (origin: string) =>
      service.api('OPTIONS', door, undefined, {
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
    const good = await preflight('https://app.example.com');
    expect(good.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    for (const origin of ['https://evil.example.com', 'https://app.example.com.evil.com', 'null']) {
      expect((await preflight(origin)).headers.has('access-control-allow-origin')).toBe(false);
      const { headers } = await post({}, { origin });
      expect(headers.has('access-control-allow-origin')).toBe(false);
    }
  });

  it('is a 4xx for two Host headers, an absolute target and a lone header line', async () => {
    const { port } = new URL(service.base);
    const ask = (text: string) =>
      new Promise<string>((resolve) => {
        let answer = '';
        const socket = connect(Number(port), '127.0.0.1', () => socket.end(text));
        socket.on('data', (data) => (answer += String(data))).on('close', () => resolve(answer));
      });
    const target = `http://evil.example/api/v1/users/me`;
    expect(await ask(`GET ${target} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 40[14]/,
    );
    expect(
      await ask('GET /api/v1/users/me HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n'),
    ).toMatch(/^HTTP\/1.1 40[01]/);
    expect(await ask('nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
  });

  it('is never a 5xx for a route asked with HEAD or a query it does not know', async () => {
    expect((await service.api('HEAD', '/users/me')).status).toBe(401);
    expect((await service.api('GET', '/users/me?a[b]=c&__proto__=1')).status).toBe(401);
    expect((await service.api('POST', '/auth/logout', { x: 1 })).status).toBe(401);
  });

  it('refuses a field that logout does not know', async () => {
    const { data } = await stranger(service.simulator).logIn(service);
    const answer = await service.api('POST', '/auth/logout', { x: 1 }, { token: data.accessToken });
    expect(answer).toMatchObject({ status: 400, data: { fields: [{ path: 'x' }] } });
  });
});

describe('API_LIMIT', () => {
  it('counts by address without a token and by user with one', async () => {
    const service = await startService(embedded, { env: { API_LIMIT: '5/1m' } });
    try {
      const [a, b] = [stranger(service.simulator), stranger(service.simulator)];
      const tokens = [await a.logIn(service), await b.logIn(service)].map(({ data }) => data.accessToken);
      const me = (token?: string) => service.api('GET', '/users/me', undefined, { token });
      const statuses = async (token?: string) => {
        const all: number[] = [];
        for (let i = 0; i < 6; i++) all.push((await me(token)).status);
        return all;
      };
      expect(await statuses(tokens[0])).toEqual([200, 200, 200, 200, 200, 429]);
      expect(await statuses(tokens[1])).toEqual([200, 200, 200, 200, 200, 429]);
      // Two logins were counted for the address; a forged token counts for it too.
      expect(await statuses(`${tokens[0]}x`)).toEqual([401, 401, 401, 429, 429, 429]);
      const { headers } = await me(tokens[0]);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
      expect(await service.api('GET', '/.well-known/jwks.json')).toMatchObject({ status: 200 });
    } finally {
      await service.close();
    }
  });

  it('believes X-Forwarded-For of TRUST_PROXY alone', async () => {
    const statuses = async (service: RunningService, forwarded: (i: number) => string) => {
      const all: number[] = [];
      for (let i = 0; i < 4; i++) {
        const { status } = await service.api('GET', '/users/me', undefined, {
          headers: { 'x-forwarded-for': forwarded(i) },
        });
        all.push(status);
      }
      return all;
    };
    const env = { API_LIMIT: '2/1m' };
    const direct = await startService(embedded, { env });
    const proxied = await startService(embedded, { env: { ...env, TRUST_PROXY: '127.0.0.1' } });
    try {
      expect(await statuses(direct, (i) => `203.0.113.${i}`)).toEqual([401, 401, 429, 429]);
      expect(await statuses(proxied, (i) => `203.0.113.${i}`)).toEqual([401, 401, 401, 401]);
      expect(await statuses(proxied, (i) => `198.51.100.${i}, 203.0.113.77`)).toEqual([401, 401, 429, 429]);
      expect(await statuses(proxied, (i) => `2001:db8:0:1::${i}`)).toEqual([401, 401, 429, 429]);
      expect(await statuses(proxied, () => 'nonsense')).toEqual([401, 401, 429, 429]);
    } finally {
      await direct.close();
      await proxied.close();
    }
  });
});
