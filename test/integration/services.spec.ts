import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';
import { createDatabase } from '../support/services/database.js';
import { startMariadb } from '../support/services/mariadb.js';
import { redisUrlForWorker, startRedis, startSentinel } from '../support/services/redis.js';
import type { ThrowawayServer } from '../support/services/throwaway-server.js';

async function query<Row>(url: string, sql: string): Promise<Row[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query(sql);
    return rows as Row[];
  } finally {
    await connection.end();
  }
}

async function asking<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('services for the tests', () => {
  const started: ThrowawayServer[] = [];

  async function own<T extends ThrowawayServer>(starting: Promise<T>): Promise<T> {
    const server = await starting;
    started.push(server);
    return server;
  }

  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });

  it('give each test file a database of its own', async () => {
    const [one, other] = await Promise.all([createDatabase(), createDatabase()]);
    await query(one.url, 'CREATE TABLE people (name VARCHAR(20))');
    await query(one.url, "INSERT INTO people VALUES ('小明')");

    expect(await query(one.url, 'SELECT name FROM people')).toEqual([{ name: '小明' }]);
    expect(await query(other.url, 'SHOW TABLES')).toEqual([]);

    await Promise.all([one.drop(), other.drop()]);
    await expect(query(one.url, 'SELECT 1')).rejects.toThrow('Unknown database');
  });

  it('say who lacks the right to create databases', async () => {
    const url = new URL(process.env.TEST_DATABASE_URL!);
    url.password = 'wrong';
    await expect(createDatabase(url.href)).rejects.toThrow('must be allowed to create databases');
  });

  it('give each worker a Redis database', async () => {
    expect(await asking(redisUrlForWorker(), (redis) => redis.ping())).toBe('PONG');
  });

  it('name the master through a sentinel', async () => {
    const master = await own(startRedis());
    const sentinel = await own(startSentinel(master.port));
    const address = await asking(`redis://127.0.0.1:${sentinel.port}`, (redis) =>
      redis.call('SENTINEL', 'get-master-addr-by-name', 'wxpass-test'),
    );
    expect(address).toEqual(['127.0.0.1', String(master.port)]);
  });

  it('keep what MariaDB committed when it is killed and started again', async () => {
    const server = await own(startMariadb());
    const { url } = await createDatabase(server.url);
    await query(url, 'CREATE TABLE numbers (n INT)');
    await query(url, 'INSERT INTO numbers VALUES (7)');

    server.kill('SIGKILL');
    await server.restart();

    expect(await query(url, 'SELECT n FROM numbers')).toEqual([{ n: 7 }]);
  });

  it('stop a server even while it is paused', async () => {
    const server = await own(startRedis());
    expect(lives(server.pid)).toBe(true);
    server.kill('SIGSTOP');
    await server.stop();
    expect(lives(server.pid)).toBe(false);
  });

  it('refuse a port that is taken instead of answering through a stranger', async () => {
    const stranger = await own(startRedis());
    await expect(startRedis({ port: stranger.port })).rejects.toThrow('did not start');
  });
});
