import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { selfSigned } from '../support/certificate.js';
import { stranger } from '../support/person.js';
import { createDatabase } from '../support/services/database.js';
import { startMariadb } from '../support/services/mariadb.js';
import { freePort } from '../support/services/probe.js';
import { startRedis } from '../support/services/redis.js';
import type { ThrowawayServer } from '../support/services/throwaway-server.js';
import { type RunningProcess, spawnService, startProcess } from '../support/start-process.js';
import { miniProgram, type RunningSimulator, startSimulator } from '../support/start-simulator.js';

const redisPassword = 'p@ss/w:rd';

describe('MySQL and Redis over TLS, by a certificate authority of the operator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wxpass-tls-'));
  const certificate = join(folder, 'localhost.pem');
  /** A certificate for the name, which vouches for itself, as a server of MariaDB takes it. */
  const tlsArgs = (name: string) => {
    const [cert, key] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
    const pair = selfSigned(name, 30);
    writeFileSync(cert, pair.cert);
    writeFileSync(key, pair.key);
    return [`--ssl-cert=${cert}`, `--ssl-key=${key}`];
  };
  let mariadb: ThrowawayServer;
  let redis: ThrowawayServer;
  let simulator: RunningSimulator;
  let env: Record<string, string>;
  let service: RunningProcess | undefined;

  beforeAll(async () => {
    const tlsPort = await freePort();
    [mariadb, redis, simulator] = await Promise.all([
      startMariadb({ args: tlsArgs('localhost') }),
      startRedis({ args: redisArgs(tlsPort) }),
      startSimulator(),
    ]);
    const { url } = await createDatabase(mariadb.url);
    await demandTls(url);
    await demandPassword(redis.url);
    env = {
      HOST: '127.0.0.1',
      DATABASE_URL: url.replace('127.0.0.1', 'localhost'),
      DATABASE_MIGRATE: 'true',
      REDIS_URL: `rediss://:${encodeURIComponent(redisPassword)}@localhost:${tlsPort}/0`,
      WECHAT_API_URL: simulator.url,
      WECHAT_MINI_PROGRAM_APP_ID: miniProgram.appId,
      WECHAT_MINI_PROGRAM_APP_SECRET: miniProgram.appSecret,
    };
  }, 60_000);

  afterEach(() => service?.end());
  afterAll(async () => {
    await Promise.all([mariadb?.stop(), redis?.stop(), simulator?.close()]);
    rmSync(folder, { recursive: true });
  });

  const redisArgs = (tlsPort: number) => [
    ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', certificate, '--tls-key-file', join(folder, 'localhost.key')],
    ...['--tls-ca-cert-file', certificate],
  ];

  it('lets people in', async () => {
    service = await startProcess({ ...env, DATABASE_TLS: 'true', NODE_EXTRA_CA_CERTS: certificate });
    const login = await stranger(simulator).logIn(service);
    expect(login.status).toBe(200);
    const { refreshToken, accessToken: token } = login.data;
    expect(await service.api('POST', '/auth/refresh', { refreshToken })).toMatchObject({ status: 200 });
    expect(await service.api('POST', '/auth/logout', undefined, { token })).toMatchObject({ status: 200 });
    const ready = await fetch(`${service.base}/health/ready`);
    expect(await ready.json()).toMatchObject({ status: 'ok', details: { store: { status: 'up' } } });
  });

  it.each([
    ['whose certificate nobody vouches for', { DATABASE_TLS: 'true' }],
    ['that wants TLS, where it is not set', { NODE_EXTRA_CA_CERTS: certificate }],
  ])('does not start on a MySQL %s', async (_, changes) => {
    service = await spawnService({ ...env, PORT: String(await freePort()), ...changes });
    expect(await service.exited).toBe(1);
    expect(service.output()).toMatch(/wxpass cannot start/);
    expect(service.output()).toMatch(/DATABASE_TLS/);
  });

  it.each([
    ['without TLS', () => []],
    ['with a certificate for another name', () => tlsArgs('db.example.test')],
  ])('speaks to no MySQL %s where TLS was asked for', async (_, args) => {
    const other = await startMariadb({ args: args() });
    try {
      const { url } = await createDatabase(other.url);
      const changes = {
        DATABASE_URL: url.replace('127.0.0.1', 'localhost'),
        DATABASE_TLS: 'true',
        NODE_EXTRA_CA_CERTS: join(folder, 'db.example.test.pem'),
        PORT: String(await freePort()),
      };
      service = await spawnService({ ...env, ...changes });
      expect(await service.exited).toBe(1);
      expect(service.output()).toMatch(/DATABASE_TLS/);
    } finally {
      await other.stop();
    }
  });
});

async function demandTls(databaseUrl: string): Promise<void> {
  const connection = await createConnection(databaseUrl);
  await connection.query('SET GLOBAL require_secure_transport = ON');
  await connection.end();
}

async function demandPassword(redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl);
  await client.config('SET', 'requirepass', redisPassword);
  client.disconnect();
}
