import { randomBytes } from 'node:crypto';
import type { RedisConfig } from '../config/config.js';
import { tracedAsPart } from '../observability/tracing.js';
import { KeyValueStore, type Listener, type Slide, type Unsubscribe } from './key-value-store.js';
import { lifetime } from './lifetime.js';
import { KEY_PREFIX, type RedisClient } from './redis-client.js';
import { RedisConnection } from './redis-connection.js';
import { redisFailure } from './redis-failure.js';
import { RedisOutages } from './redis-outages.js';
import { RedisSubscriptions } from './redis-subscriptions.js';
import { NAME_BUCKET } from './redis-scripts.js';
import { bucketMs, hitNamed, nameOfHit, outcome, type Hits } from './sliding-window.js';
import { StoreUnavailableError } from './store-unavailable-error.js';

const FIRST_CONNECTION_MS = 1_000;

/** The store that replicas share. Any failure is an error within half a second, never a missing value. */
export class RedisStore extends KeyValueStore {
  private readonly outages: RedisOutages;
  private readonly connection: RedisConnection;
  private readonly subscriptions: RedisSubscriptions;
  private readonly ownName = `${randomBytes(9).toString('base64url')}.`;
  private windowsNamed = 0;

  constructor(
    private readonly config: RedisConfig,
    log: (message: string) => void,
  ) {
    super();
    this.outages = new RedisOutages(log);
    this.connection = this.connect();
    this.subscriptions = new RedisSubscriptions(() => this.connect());
  }

  /** Gives the first connection a second, and returns without it where Redis is away. */
  static async open(config: RedisConfig, log: (message: string) => void): Promise<RedisStore> {
    const store = new RedisStore(config, log);
    await store.connection.isReadyWithin(FIRST_CONNECTION_MS);
    return store;
  }

  get(key: string): Promise<string | null> {
    return this.ask('get', (redis) => redis.get(key));
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    const ttl = lifetime(ttlMs);
    await this.ask('set', (redis) => redis.set(key, value, 'PX', ttl));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    const ttl = lifetime(ttlMs);
    return (await this.ask('setIfAbsent', (redis) => redis.set(key, value, 'PX', ttl, 'NX'))) === 'OK';
  }

  async compareAndSet(key: string, expected: string, next: string | null, ttlMs: number): Promise<boolean> {
    const change: [] | [string, number] = next === null ? [] : [next, lifetime(ttlMs)];
    return (await this.ask('compareAndSet', (redis) => redis.compareAndSet(key, expected, ...change))) === 1;
  }

  async slide(key: string, limit: number, windowMs: number, cost = 1): Promise<Slide> {
    const rule = { limit, windowMs: lifetime(windowMs), cost };
    const bucket = bucketMs(rule.windowMs);
    const [allowed, now, hits, name] = await this.ask('slide', (redis) =>
      redis.slide(key, limit, rule.windowMs, bucket, cost, this.nameOfWindow()),
    );
    const met = outcome(allowed === 1, inBuckets(hits), rule, now);
    return { ...met, hit: met.allowed ? nameOfHit(name, rule, now) : '' };
  }

  async takeBack(key: string, hit: string): Promise<void> {
    const { window, bucket, cost } = hitNamed(hit);
    await this.ask('takeBack', (redis) => redis.takeBack(key, window, bucket, cost));
  }

  async delete(key: string): Promise<void> {
    await this.ask('delete', (redis) => redis.del(key));
  }

  async publish(channel: string, message: string): Promise<void> {
    await this.ask('publish', (redis) => redis.publish(this.shared(channel), message));
  }

  async subscribe(channel: string, listener: Listener): Promise<Unsubscribe> {
    return this.loudly('subscribe', this.subscriptions.subscribe(this.shared(channel), listener));
  }

  async ping(): Promise<void> {
    await this.ask('ping', (redis) => redis.ping());
  }

  async close(): Promise<void> {
    this.outages.stop();
    this.subscriptions.close();
    this.connection.close();
  }

  /** One that no other window of any process has had. */
  private nameOfWindow(): string {
    return `${this.ownName}${(this.windowsNamed += 1)}`;
  }

  private connect(): RedisConnection {
    const connection = new RedisConnection(this.config);
    this.outages.watch(connection.client);
    return connection;
  }

  private ask<T>(verb: string, command: (redis: RedisClient) => Promise<T>): Promise<T> {
    return tracedAsPart(
      () => ({ 'db.system.name': 'redis', 'db.query.summary': verb }),
      () => this.loudly(verb, this.connection.ask(command)),
    );
  }

  private async loudly<T>(verb: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw new StoreUnavailableError(verb, redisFailure(error));
    }
  }

  /** Redis' databases do not part channels, nor does ioredis prefix them. */
  private shared(channel: string): string {
    return `${KEY_PREFIX}${this.connection.client.options.db}:${channel}`;
  }
}

function inBuckets(flat: string[]): Hits {
  const hits: Hits = new Map();
  for (let i = 0; i < flat.length; i += 2) {
    if (flat[i] !== NAME_BUCKET) hits.set(Number(flat[i]), Number(flat[i + 1]));
  }
  return hits;
}
