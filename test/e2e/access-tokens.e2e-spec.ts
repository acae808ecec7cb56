import { generateKeyPairSync, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { backends, embedded } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());

describe.each(backends)('access tokens on $name', (backend) => {
  let service: RunningService;
  let token: string;
  beforeAll(async () => {
    service = await startService(backend);
    token = (await stranger(service.simulator).logIn(service)).data.accessToken;
  });
  afterAll(() => service?.close());

  const me = (text: string) => service.api('GET', '/users/me', undefined, { token: text });

  it('verify anywhere by the published keys alone', async () => {
    const jwks = await service.api('GET', '/.well-known/jwks.json');
    expect(jwks.status).toBe(200);
    expect(jwks.headers.get('cache-control')).toContain('max-age');
    const { keys } = JSON.parse(jwks.text);
    for (const key of keys) expect(key).not.toHaveProperty('d');
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      issuer: 'https://login.example.test',
      audience: 'wxpass',
      typ: 'at+jwt',
    });
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: keys[0].kid });
    expect(payload.sub).toEqual(expect.any(String));
  });

  it('let in by name, id and role for a gateway', async () => {
    const answer = await service.api('GET', '/auth/verify', undefined, { token });
    const claims = decode(token.split('.')[1]!);
    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expect(answer.headers.get('x-user-id')).toBe(claims.sub);
    expect(answer.headers.get('x-session-id')).toBe(claims.sid);
    expect(answer.headers.get('x-user-role')).toBe('user');
    expect(await service.api('GET', '/auth/verify')).toMatchObject({ status: 401, error: 'unauthenticated' });
  });

  it('are refused in every forged form', async () => {
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const signed = (head: object, body = payload) => {
      const input = `${encode(head)}.${body}`;
      const bytes = sign('sha256', Buffer.from(input), { key: own.privateKey, dsaEncoding: 'ieee-p1363' });
      return `${input}.${bytes.toString('base64url')}`;
    };
    const honest = decode(header);
    const forged = [
      'x',
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${encode({ ...honest, alg: 'none' })}.${payload}.`,
      `${encode({ ...honest, alg: 'HS256' })}.${payload}.${signature}`,
      `${header}.${encode({ ...decode(payload), role: 'admin' })}.${signature}`,
      signed(honest),
      signed({ ...honest, jwk: own.publicKey.export({ format: 'jwk' }) }),
      signed({ ...honest, kid: '../../etc/passwd' }),
      signed({ ...honest, kid: undefined }),
      signed({ ...honest, crit: ['exp'] }),
      ...['jku', 'x5u'].map((name) => signed({ ...honest, [name]: 'https://evil.example/jwks.json' })),
      signed({ ...honest, x5c: ['MIIB'] }),
      signed({ ...honest, zip: 'DEF' }),
      signed({ ...honest, b64: false }),
      `${token}A`,
      `${token}=`,
      `${token}==`,
      `${header}.${payload}.${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`,
      `${'a'.repeat(9000)}.${payload}.${signature}`,
    ];
    for (const text of forged) expect([text, (await me(text)).error]).toEqual([text, 'token_invalid']);
    expect(await me(token)).toMatchObject({ status: 200 });
  });

  it('are refused with a good signature but another type, issuer or audience', async () => {
    const { AccessTokens } = await import('../../src/session/access-tokens.service.js');
    const { SigningKeys } = await import('../../src/session/signing-keys.service.js');
    const { jwt, kid } = service.app.get(SigningKeys, { strict: false }).current;
    const claims = { ...decode(token.split('.')[1]!) };
    for (const name of ['iss', 'aud']) delete claims[name];
    const options = [
      { header: { alg: 'ES256', typ: 'JWT' } },
      { issuer: 'https://evil.example' },
      { audience: 'another' },
    ];
    for (const option of options) {
      const text = jwt.sign(claims, { keyid: kid, ...option } as never);
      expect(await me(text)).toMatchObject({ status: 401, error: 'token_invalid' });
    }
    expect(service.app.get(AccessTokens, { strict: false }).verify(token).sub).toBe(claims.sub);
  });
});

it('an access token is good for as long as it says and no longer', async () => {
  const service = await startService(embedded, { env: { ACCESS_TOKEN_TTL: '2s' } });
  try {
    const { accessToken } = (await stranger(service.simulator).logIn(service)).data;
    const me = () => service.api('GET', '/users/me', undefined, { token: accessToken });
    expect(await me()).toMatchObject({ status: 200 });
    await sleep(2100);
    expect(await me()).toMatchObject({ status: 401, error: 'token_expired' });
  } finally {
    await service.close();
  }
});
