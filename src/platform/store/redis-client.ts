import { Redis, type RedisOptions } from 'ioredis';
import type { RedisConfig } from '../config/config.js';
import { redisScripts, type RedisScripts } from './redis-scripts.js';

export type RedisClient = Redis & RedisScripts;

export const KEY_PREFIX = 'wxpass:';

const COMMAND_TIMEOUT_MS = 500;

const options: RedisOptions = {
  keyPrefix: KEY_PREFIX,
  scripts: redisScripts,
  connectTimeout: 1_000,
  commandTimeout: COMMAND_TIMEOUT_MS,
  sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
  disconnectTimeout: 100,
  // What cannot be sent at once fails at once.
  enableOfflineQueue: false,
  // What a broken connection left unanswered fails at once; sent again, it could act twice.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // RedisSubscriptions does this; ioredis would leave its failure unhandled and the channels forgotten.
  autoResubscribe: false,
  retryStrategy: backoff,
  sentinelRetryStrategy: backoff,
  // After a failover the old master may answer still, as a replica.
  reconnectOnError: (error) => error.message.includes('READONLY'),
};

/** Begins to connect and goes on trying for ever, unless changed; never throws because Redis is away. */
export function createRedisClient(config: RedisConfig, changes: RedisOptions = {}): RedisClient {
  const redis =
    config.kind === 'standalone'
      ? new Redis(config.url, { ...options, ...changes })
      : new Redis({ ...options, ...bySentinel(config), ...changes });
  return redis as RedisClient;
}

function bySentinel(config: RedisConfig & { kind: 'sentinel' }): RedisOptions {
  const { sentinels, master, username, password, db } = config;
  return { sentinels, name: master, username, password, db };
}

function backoff(attempt: number): number {
  return Math.min(100 * attempt, 500);
}
