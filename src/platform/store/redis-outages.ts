import type { Redis } from 'ioredis';
import { redisFailure } from './redis-failure.js';

/** Tells when the first connection is lost and when the last is back, not of each attempt between. */
export class RedisOutages {
  private readonly lost = new Set<Redis>();
  private watching = true;

  constructor(private readonly log: (message: string) => void) {}

  watch(redis: Redis): void {
    redis.on('error', (error) => this.begin(redis, redisFailure(error).message));
    redis.on('close', () => this.begin(redis, 'the connection was closed'));
    redis.on('ready', () => this.end(redis));
  }

  /** Connections that are closed on purpose from now on are no outage. */
  stop(): void {
    this.watching = false;
  }

  private begin(redis: Redis, reason: string): void {
    if (this.watching && this.lost.size === 0) this.log(`Redis is unavailable: ${reason}`);
    this.lost.add(redis);
  }

  private end(redis: Redis): void {
    if (this.lost.delete(redis) && this.watching && this.lost.size === 0) this.log('Redis is back');
  }
}
