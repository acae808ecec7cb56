import { Redis } from 'ioredis';
import { createPool, type Pool, type PoolConnection } from 'mysql2';
import { Pool as HttpPool } from 'undici';
import { redisScripts, type RedisScripts } from '../../src/platform/store/redis-scripts.js';
import { bucketMs } from '../../src/platform/store/sliding-window.js';

const windowMs = 60_000;
const limit = 900_000_000;

type Queryable = Pick<Pool | PoolConnection, 'query'>;

/** Whatever runs a statement: the pool, or the connection of a transaction. */
export type Run = <T>(sql: string, values: unknown[]) => Promise<T>;

/** The drivers themselves, with nothing of ours between them and the floor. */
export class Wires {
  readonly run: Run;
  private readonly pool: Pool;
  private readonly redis: Redis & RedisScripts;
  private readonly wechat: HttpPool;

  constructor(addresses: { databaseUrl: string; redisUrl: string; wechatUrl: string }) {
    this.pool = createPool({
      uri: addresses.databaseUrl,
      connectionLimit: 20,
      timezone: 'Z',
      supportBigNumbers: true,
      bigNumberStrings: true,
    });
    this.pool.on('connection', (connection) => {
      connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    });
    this.run = runOn(this.pool);
    const options = { keyPrefix: 'floor:', scripts: redisScripts };
    this.redis = new Redis(addresses.redisUrl, options) as Redis & RedisScripts;
    this.wechat = new HttpPool(addresses.wechatUrl, { connections: 128 });
  }

  async transaction<T>(work: (run: Run) => Promise<T>): Promise<T> {
    const connection = await this.connection();
    const run = runOn(connection);
    try {
      await run('START TRANSACTION', []);
      const result = await work(run);
      await run('COMMIT', []);
      return result;
    } catch (error) {
      await run('ROLLBACK', []);
      throw error;
    } finally {
      connection.release();
    }
  }

  async slide(key: string): Promise<boolean> {
    const [allowed] = await this.redis.slide(key, limit, windowMs, bucketMs(windowMs), 1, 'floor');
    return allowed === 1;
  }

  async askWechat(path: string): Promise<unknown> {
    const { body } = await this.wechat.request({ method: 'GET', path });
    return body.json();
  }

  private connection(): Promise<PoolConnection> {
    return new Promise((resolve, reject) => {
      this.pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
    });
  }
}

function runOn(queryable: Queryable): Run {
  return <T>(sql: string, values: unknown[]) =>
    new Promise<T>((resolve, reject) => {
      queryable.query(sql, values, (error, result) => (error ? reject(error) : resolve(result as T)));
    });
}
