import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, SignJWT, importJWK, type JWK } from 'jose';
import type { DataSource } from 'typeorm';
import { ConfigError } from '../../src/platform/config/config-error.js';
import { loadConfig, loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openSealer } from '../../src/platform/crypto/open-sealer.js';
import { reseal } from '../../src/platform/crypto/reseal.js';
import { connectDatabase } from '../../src/platform/database/data-source.js';
import { schema } from '../../src/schema.js';
import { sealedColumns } from '../../src/sealed-columns.js';
import { openSigningKeyRows, SigningKeyRows } from '../../src/session/signing-key-rows.js';
import { emergencyOverlapMs } from '../../src/session/signing-key-schedule.js';
import { embedded, shared } from '../support/backends.js';
import type { Client } from '../support/client.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';
import { startTraffic } from '../support/traffic.js';

const expected = { issuer: 'https://login.example.test', audience: 'wxpass' };
const manyLogins = { LOGIN_LIMIT_IP: '1000000/1m' };

async function jwksOf(client: Client): Promise<{ keys: JWK[] }> {
  return JSON.parse((await client.api('GET', '/.well-known/jwks.json')).text);
}

const me = (client: Client, token: string) => client.api('GET', '/users/me', undefined, { token });
const newToken = async (service: RunningService, client: Client = service): Promise<string> =>
  (await stranger(service.simulator).logIn(client)).data.accessToken;
const kidOf = (token: string) => decodeProtectedHeader(token).kid!;

/** What the commands do, in this process. */
async function withDatabase<T>(
  env: Record<string, string>,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const dataSource = await connectDatabase(loadDatabaseConfig(env), schema);
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

function rotate(env: Record<string, string>, overlapMs: number) {
  const config = loadConfig(env);
  return withDatabase(env, (dataSource) =>
    openSigningKeyRows(dataSource, openSealer(config)).rotate(config.jwt.algorithm, Date.now() + overlapMs),
  );
}

async function until(condition: () => Promise<boolean>, limitMs = 8000): Promise<void> {
  for (const start = Date.now(); Date.now() - start < limitMs; await sleep(50)) if (await condition()) return;
  throw new Error(`it did not come about in ${limitMs} ms`);
}

describe('signing keys of two replicas', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(shared, { replicas: 2, env: { REPLICAS: '2', ...manyLogins } });
  });
  afterAll(() => service?.close());

  it('rotate, by plan and in an emergency, without a failed request', async () => {
    const traffic = startTraffic(service.replicas, service.simulator);
    const before = await newToken(service);
    const next = await rotate(service.env, 6000);

    await until(async () =>
      (await Promise.all(service.replicas.map(jwksOf))).every(({ keys }) =>
        keys.some(({ kid }) => kid === next.kid),
      ),
    );
    const cached = createLocalJWKSet(await jwksOf(service));
    const early = await newToken(service);
    expect(Date.now()).toBeLessThan(next.signsFrom);
    expect(kidOf(early)).toBe(kidOf(before));

    await sleep(next.signsFrom - Date.now() + 50);
    for (const replica of service.replicas) {
      const token = await newToken(service, replica);
      expect(kidOf(token)).toBe(next.kid);
      await jwtVerify(token, cached, expected);
      for (const other of service.replicas) expect((await me(other, token)).status).toBe(200);
    }

    const hasty = await rotate(service.env, emergencyOverlapMs);
    await sleep(emergencyOverlapMs + 500);
    for (const replica of service.replicas) {
      expect(kidOf(await newToken(service, replica))).toBe(hasty.kid);
      for (const token of [before, early]) {
        expect((await me(replica, token)).status).toBe(200);
        await jwtVerify(token, createLocalJWKSet(await jwksOf(replica)), expected);
      }
    }
    const { requests, failures } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(500);
  }, 60_000);

  it('are gone everywhere once the last token they signed has expired', async () => {
    const old = await newToken(service);
    const next = await rotate(service.env, 0);
    await until(async () => kidOf(await newToken(service)) === next.kid);
    expect((await me(service, old)).status).toBe(200);
    const longAgo = Date.now() - 15 * 60_000 - 61_000;
    await withDatabase(service.env, (dataSource) =>
      dataSource.query('UPDATE signing_keys SET signs_from = ? WHERE kid = ?', [longAgo, next.kid]),
    );
    await until(async () =>
      (await Promise.all(service.replicas.map(jwksOf))).every(
        ({ keys }) => keys.length === 1 && keys[0]!.kid === next.kid,
      ),
    );
    for (const replica of service.replicas)
      expect(await me(replica, old)).toMatchObject({ status: 401, error: 'token_invalid' });
    const rows = await withDatabase(service.env, (dataSource) =>
      dataSource.query<{ kid: string }[]>('SELECT kid FROM signing_keys'),
    );
    expect(rows.map(({ kid }) => kid)).toEqual([next.kid]);
  });

  it('go on where a new one cannot be opened, and once it is gone', async () => {
    const stray = await rotate(
      {
        ...service.env,
        ENCRYPTION_KEYS: `stray:${randomBytes(32).toString('base64')},${service.env.ENCRYPTION_KEYS}`,
      },
      0,
    );
    await sleep(2500);
    const token = await newToken(service);
    expect(kidOf(token)).not.toBe(stray.kid);
    for (const replica of service.replicas)
      expect((await jwksOf(replica)).keys.map(({ kid }) => kid)).toContain(stray.kid);
    expect((await me(service.replicas[1]!, token)).status).toBe(200);
    await withDatabase(service.env, (dataSource) =>
      openSigningKeyRows(dataSource, openSealer(loadConfig(service.env))).remove([stray.kid]),
    );
    const next = await rotate(service.env, 0);
    await until(async () => kidOf(await newToken(service)) === next.kid);
  });

  it('are not asked for by tokens of unknown keys', async () => {
    const { keys } = await jwksOf(service);
    const [header, ...rest] = (await newToken(service)).split('.');
    const load = jest.spyOn(SigningKeyRows.prototype, 'load');
    const head = JSON.parse(Buffer.from(header!, 'base64url').toString());
    for (let i = 0; i < 50; i++) {
      const forged = Buffer.from(JSON.stringify({ ...head, kid: `unknown-${i}` })).toString('base64url');
      expect((await me(service, [forged, ...rest].join('.'))).error).toBe('token_invalid');
    }
    // Each replica reads them every two seconds, whatever it is asked.
    expect(load.mock.calls.length).toBeLessThanOrEqual(service.replicas.length);
    load.mockRestore();
    expect((await jwksOf(service)).keys).toEqual(keys);
  });
});

it('sealed columns get a new key while the service runs, and the old one is not missed', async () => {
  const oldKeys = `old:${randomBytes(32).toString('base64')}`;
  const newKeys = `new:${randomBytes(32).toString('base64')}`;
  const service = await startService(shared, {
    replicas: 2,
    env: { REPLICAS: '2', ...manyLogins, ENCRYPTION_KEYS: oldKeys },
  });
  try {
    const before = (await stranger(service.simulator).logIn(service)).data;
    const traffic = startTraffic(service.replicas, service.simulator);
    const both = { ENCRYPTION_KEYS: `${newKeys},${oldKeys}` };
    const restarted = [await service.addReplica(both), await service.addReplica(both)];
    traffic.moveTo(restarted);
    // Every replica looks twice before any signs with it.
    const next = await rotate({ ...service.env, ENCRYPTION_KEYS: oldKeys }, 4500);

    const config = loadConfig({ ...service.env, ...both });
    const reports = await withDatabase(service.env, async (dataSource) => {
      const made = [];
      for (const column of sealedColumns) made.push(await reseal(dataSource, openSealer(config), column));
      return made;
    });
    expect(reports.flatMap(({ unopened }) => unopened)).toEqual([]);
    expect(reports[0]).toMatchObject({ resealed: 2 });

    const alone = { ENCRYPTION_KEYS: newKeys };
    const last = [await service.addReplica(alone), await service.addReplica(alone)];
    traffic.moveTo(last);
    await sleep(5000);
    const { requests, failures } = await traffic.stop();
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(100);

    expect((await me(last[0]!, before.accessToken)).status).toBe(200);
    const refreshed = await last[1]!.api('POST', '/auth/refresh', { refreshToken: before.refreshToken });
    expect(refreshed.status).toBe(200);
    expect(kidOf(refreshed.data.accessToken)).toBe(next.kid);
    expect((await me(last[0]!, refreshed.data.accessToken)).status).toBe(200);
  } finally {
    await service.close();
  }
}, 60_000);

it('RS256 signs with 2048 bits, in one spelling, and verifies anywhere', async () => {
  const service = await startService(embedded, { env: { JWT_ALGORITHM: 'RS256' } });
  try {
    const token = await newToken(service);
    const { keys } = await jwksOf(service);
    expect(keys).toEqual([
      { kty: 'RSA', n: expect.any(String), e: 'AQAB', kid: kidOf(token), alg: 'RS256', use: 'sig' },
    ]);
    expect(Buffer.from(keys[0]!.n!, 'base64url')).toHaveLength(256);
    const { protectedHeader } = await jwtVerify(token, createLocalJWKSet({ keys }), {
      ...expected,
      typ: 'at+jwt',
    });
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: keys[0]!.kid });
    expect((await me(service, token)).status).toBe(200);
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const other =
      signature.at(-1) === 'A' ? 'B' : String.fromCharCode(signature.charCodeAt(signature.length - 1) + 1);
    for (const text of [`${token}==`, `${token}A`, `${header}.${payload}.${signature.slice(0, -1)}${other}`])
      expect((await me(service, text)).error).toBe('token_invalid');
    const es256 = Buffer.from(JSON.stringify({ ...protectedHeader, alg: 'ES256' })).toString('base64url');
    expect((await me(service, `${es256}.${payload}.${signature}`)).error).toBe('token_invalid');
  } finally {
    await service.close();
  }
});

it('another JWT_ALGORITHM counts from the next rotation on, and both verify', async () => {
  const service = await startService(embedded);
  try {
    const before = await newToken(service);
    const rs256 = { JWT_ALGORITHM: 'RS256' };
    const replica = await service.addReplica(rs256);
    expect(decodeProtectedHeader(await newToken(service, replica)).alg).toBe('ES256');
    await rotate({ ...service.env, ...rs256 }, 0);
    await until(async () => decodeProtectedHeader(await newToken(service)).alg === 'RS256');
    for (const token of [before, await newToken(service)]) {
      expect((await me(service, token)).status).toBe(200);
      await jwtVerify(token, createLocalJWKSet(await jwksOf(service)), expected);
    }
  } finally {
    await service.close();
  }
});

it('JWT_TYP=JWT issues plain JWTs and still takes the tokens from before; at+jwt takes nothing else', async () => {
  const service = await startService(embedded);
  try {
    const before = await newToken(service);
    const plain = await service.addReplica({ JWT_TYP: 'JWT' });
    const token = await newToken(service, plain);
    const keys = createLocalJWKSet(await jwksOf(plain));
    await jwtVerify(token, keys, { ...expected, typ: 'JWT' });
    await expect(jwtVerify(token, keys, { ...expected, typ: 'at+jwt' })).rejects.toThrow('typ');
    for (const text of [token, before]) expect((await me(plain, text)).status).toBe(200);
    expect(await me(service, token)).toMatchObject({ status: 401, error: 'token_invalid' });
  } finally {
    await service.close();
  }
});

describe('SIGNING_KEYS_FILE', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wxpass-keys-'));
  const file = join(folder, 'signing-keys.json');
  const ec = (kid: string) => ({
    ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
    kid,
  });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export({ format: 'jwk' });
  const [first, second] = [ec('first'), ec('second')];
  const write = (...keys: object[]) => writeFileSync(file, JSON.stringify({ keys }));
  const env = { SIGNING_KEYS_FILE: file };

  it('signs with its first key, publishes all without their private parts, and is followed', async () => {
    write(first, rsa);
    const service = await startService(embedded, { env });
    try {
      const token = await newToken(service);
      expect(kidOf(token)).toBe('first');
      const { keys } = await jwksOf(service);
      expect(keys.map(({ alg }) => alg).sort()).toEqual(['ES256', 'RS256']);
      for (const key of keys)
        for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(key).not.toHaveProperty(part);

      write(second, first);
      await until(async () => kidOf(await newToken(service)) === 'second');
      expect((await me(service, token)).status).toBe(200);

      writeFileSync(file, '{"keys": [');
      await sleep(2500);
      const later = await newToken(service);
      expect(kidOf(later)).toBe('second');

      write(second);
      await until(async () => (await me(service, token)).error === 'token_invalid');
      expect((await me(service, later)).status).toBe(200);
      const rows = await withDatabase(service.env, (dataSource) =>
        dataSource.query('SELECT 1 FROM signing_keys'),
      );
      expect(rows).toEqual([]);
    } finally {
      await service.close();
    }
  });

  it('verifies with every key it holds, and holds the type to what is configured', async () => {
    write(first, { ...rsa, kid: 'other' });
    const service = await startService(embedded, { env });
    try {
      const token = await newToken(service);
      const { exp, iat, iss, aud, ...claims } = JSON.parse(
        Buffer.from(token.split('.')[1]!, 'base64url').toString(),
      );
      const sign = async (typ: string) =>
        new SignJWT({ ...claims, exp, iat, iss, aud })
          .setProtectedHeader({ alg: 'RS256', kid: 'other', typ })
          .sign(await importJWK(rsa as JWK, 'RS256'));
      expect((await me(service, await sign('at+jwt'))).status).toBe(200);
      expect((await me(service, await sign('JWT'))).error).toBe('token_invalid');
    } finally {
      await service.close();
    }
  });

  it('stops the boot where it has a fault', async () => {
    write(first, { ...second, d: undefined });
    const fault = await startService(embedded, { env }).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(ConfigError);
    expect((fault as ConfigError).message).toMatch(/^SIGNING_KEYS_FILE .*keys\.1\.d is missing/);
  });
});
