import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { KeyValueStore } from '../../src/platform/store/key-value-store.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { RedisStore } from '../../src/platform/store/redis-store.js';
import { redisUrlForWorker } from '../support/services/redis.js';

const MINUTE = 60_000;

const openRedisStore = () => RedisStore.open({ kind: 'standalone', url: redisUrlForWorker() }, console.warn);

const stores: [name: string, open: () => Promise<KeyValueStore>][] = [
  ['MemoryStore', async () => new MemoryStore()],
  ['RedisStore', openRedisStore],
];

describe.each(stores)('%s', (_name, open) => {
  let store: KeyValueStore;
  let key: string;

  beforeAll(async () => {
    store = await open();
  });

  afterAll(() => store.close());

  beforeEach(() => {
    key = `contract:${randomUUID()}`;
  });

  const hundredAtOnce = <T>(act: (i: number) => Promise<T>) =>
    Promise.all(Array.from({ length: 100 }, (_, i) => act(i)));

  describe('values', () => {
    it('knows nothing of a key that was never set', async () => {
      expect(await store.get(key)).toBeNull();
    });

    it.each(['value', '', '微信 \u0000 "quoted"', 'x'.repeat(100_000)])(
      'keeps a value as it is (case %#)',
      async (value) => {
        await store.set(key, value, MINUTE);
        expect(await store.get(key)).toBe(value);
      },
    );

    it('replaces a value together with its lifetime', async () => {
      await store.set(key, 'short', 50);
      await store.set(key, 'long', MINUTE);
      await sleep(100);
      expect(await store.get(key)).toBe('long');
    });

    it('forgets a deleted value', async () => {
      await store.set(key, 'value', MINUTE);
      await store.delete(key);
      expect(await store.get(key)).toBeNull();
    });

    it('deletes what is not there without a complaint', async () => {
      await expect(store.delete(key)).resolves.toBeUndefined();
    });
  });

  describe('lifetimes', () => {
    const writes: [verb: string, write: (ttlMs: number) => Promise<unknown>][] = [
      ['set', (ttlMs) => store.set(key, 'next', ttlMs)],
      ['setIfAbsent', (ttlMs) => store.setIfAbsent(key, 'next', ttlMs)],
      [
        'compareAndSet',
        async (ttlMs) => {
          await store.set(key, 'value', MINUTE);
          await store.compareAndSet(key, 'value', 'next', ttlMs);
        },
      ],
    ];

    it.each(writes)('%s lets its value live as long as it said, and no longer', async (_verb, write) => {
      await write(600);
      expect(await store.get(key)).toBe('next');
      await sleep(150);
      expect(await store.get(key)).toBe('next');
      await sleep(500);
      expect(await store.get(key)).toBeNull();
    });

    it.each(writes)('%s rounds a part of a millisecond up', async (_verb, write) => {
      await write(MINUTE + 0.4);
      expect(await store.get(key)).toBe('next');
    });

    it.each([0, -1, NaN, Infinity])('no write takes a lifetime of %p', async (ttlMs) => {
      await expect(store.set(key, 'value', ttlMs)).rejects.toThrow(RangeError);
      await expect(store.setIfAbsent(key, 'value', ttlMs)).rejects.toThrow(RangeError);
      await expect(store.compareAndSet(key, 'value', 'next', ttlMs)).rejects.toThrow(RangeError);
      await expect(store.slide(key, 1, ttlMs)).rejects.toThrow(RangeError);
    });
  });

  describe('setIfAbsent', () => {
    it('lets exactly one of a hundred at once win, and keeps its value', async () => {
      const won = await hundredAtOnce((i) => store.setIfAbsent(key, `value ${i}`, MINUTE));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get(key)).toBe(`value ${won.indexOf(true)}`);
    });

    it('does not lengthen the life of the value it found', async () => {
      await store.setIfAbsent(key, 'first', 100);
      expect(await store.setIfAbsent(key, 'second', MINUTE)).toBe(false);
      await sleep(150);
      expect(await store.setIfAbsent(key, 'third', MINUTE)).toBe(true);
    });
  });

  describe('compareAndSet', () => {
    it('lets exactly one of a hundred at once win, and keeps its value', async () => {
      await store.set(key, 'pending', MINUTE);
      const won = await hundredAtOnce((i) => store.compareAndSet(key, 'pending', `claimed by ${i}`, MINUTE));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get(key)).toBe(`claimed by ${won.indexOf(true)}`);
    });

    it('lets exactly one of a hundred at once take the value away', async () => {
      await store.set(key, 'once', MINUTE);
      const won = await hundredAtOnce(() => store.compareAndSet(key, 'once', null, MINUTE));
      expect(won.filter(Boolean)).toHaveLength(1);
      expect(await store.get(key)).toBeNull();
    });

    it('needs no lifetime to take a value away', async () => {
      await store.set(key, 'once', MINUTE);
      expect(await store.compareAndSet(key, 'once', null, 0)).toBe(true);
    });

    it('leaves a value that is not the expected one alone', async () => {
      await store.set(key, 'value', MINUTE);
      expect(await store.compareAndSet(key, 'Value', 'next', MINUTE)).toBe(false);
      expect(await store.compareAndSet(key, 'val', null, MINUTE)).toBe(false);
      expect(await store.get(key)).toBe('value');
    });

    it.each(['', 'value'])('creates nothing where there is nothing (expecting %p)', async (expected) => {
      expect(await store.compareAndSet(key, expected, 'next', MINUTE)).toBe(false);
      expect(await store.get(key)).toBeNull();
    });
  });

  describe('slide', () => {
    it('allows exactly the limit of 200 hits at once', async () => {
      const hits = await Promise.all(Array.from({ length: 200 }, () => store.slide(key, 5, MINUTE)));
      expect(hits.filter(({ allowed }) => allowed)).toHaveLength(5);
      expect(Math.max(...hits.map(({ count }) => count))).toBe(5);
    });

    it('allows again after the wait it told, and not before', async () => {
      const allowed = async () => (await store.slide(key, 1, 1_000)).allowed;
      expect(await allowed()).toBe(true);
      await sleep(500);
      const { retryAfterMs } = await store.slide(key, 1, 1_000);
      expect(retryAfterMs).toBeLessThanOrEqual(550);
      await sleep(retryAfterMs / 2);
      expect(await allowed()).toBe(false);
      await sleep(retryAfterMs / 2 + 10);
      expect(await allowed()).toBe(true);
    });

    it('gives back room hit by hit, not window by window', async () => {
      await store.slide(key, 2, 600);
      await sleep(300);
      await store.slide(key, 2, 600);
      const { retryAfterMs } = await store.slide(key, 2, 600);
      await sleep(retryAfterMs + 10);
      expect(await store.slide(key, 2, 600)).toMatchObject({ allowed: true, count: 2 });
      expect(await store.slide(key, 2, 600)).toMatchObject({ allowed: false });
    });

    it('leaves no trace of refused hits', async () => {
      const { resetMs } = await store.slide(key, 1, 1_000);
      const end = Date.now() + resetMs;
      while (Date.now() < end - 200) {
        expect(await store.slide(key, 1, 1_000)).toMatchObject({ allowed: false, count: 1 });
        await sleep(10);
      }
      await sleep(end + 10 - Date.now());
      expect(await store.slide(key, 1, 1_000)).toMatchObject({ allowed: true, count: 1 });
    });

    it('counts what a hit weighs', async () => {
      expect(await store.slide(key, 10, MINUTE, 7)).toMatchObject({ allowed: true, count: 7 });
      expect(await store.slide(key, 10, MINUTE, 4)).toMatchObject({ allowed: false, count: 7 });
      expect(await store.slide(key, 10, MINUTE, 3)).toMatchObject({ allowed: true, count: 10 });
    });

    it('keeps keys apart', async () => {
      await store.slide(key, 1, MINUTE);
      expect((await store.slide(`${key}:other`, 1, MINUTE)).allowed).toBe(true);
    });

    it('begins anew after a delete', async () => {
      await store.slide(key, 1, MINUTE);
      await store.delete(key);
      expect(await store.slide(key, 1, MINUTE)).toMatchObject({ allowed: true, count: 1 });
    });

    it('tells how long to wait and when the window is empty', async () => {
      const { retryAfterMs, resetMs } = await store.slide(key, 1, 20_000);
      expect(retryAfterMs).toBe(0);
      expect(resetMs).toBeGreaterThanOrEqual(20_000);
      expect(resetMs).toBeLessThanOrEqual(21_000);
      const refused = await store.slide(key, 1, 20_000);
      expect(refused.retryAfterMs).toBe(refused.resetMs);
      expect(refused.retryAfterMs).toBeGreaterThan(19_000);
    });
  });

  describe('takeBack', () => {
    const hitOf = async (limit: number, cost?: number) => (await store.slide(key, limit, MINUTE, cost)).hit;

    it('makes room for what the hit weighed, and names no hit that was refused', async () => {
      const [one, heavy] = [await hitOf(10), await hitOf(10, 5)];
      await hitOf(10, 4);
      expect(await hitOf(10)).toBe('');
      await store.takeBack(key, heavy);
      expect(await store.slide(key, 10, MINUTE, 6)).toMatchObject({ allowed: false, count: 5 });
      await store.takeBack(key, one);
      expect(await store.slide(key, 10, MINUTE, 6)).toMatchObject({ allowed: true, count: 10 });
    });

    it('takes each of a hundred at once back, and leaves the others', async () => {
      const hits = await hundredAtOnce(() => hitOf(100));
      await hundredAtOnce((i) => (i % 4 === 0 ? Promise.resolve() : store.takeBack(key, hits[i]!)));
      expect(await store.slide(key, 100, MINUTE)).toMatchObject({ allowed: true, count: 26 });
    });

    it('leaves a window alone that began after a delete', async () => {
      const hit = await hitOf(5);
      await store.delete(key);
      await hitOf(5);
      await store.takeBack(key, hit);
      expect(await store.slide(key, 5, MINUTE)).toMatchObject({ count: 2 });
    });

    it('takes nothing back of what has left the window, nor of what was never there', async () => {
      const { hit } = await store.slide(key, 5, 200);
      await sleep(300);
      await store.slide(key, 5, 200);
      await store.takeBack(key, hit);
      expect(await store.slide(key, 5, 200)).toMatchObject({ count: 2 });
      await store.takeBack(`${key}:nothing`, hit);
      expect(await store.slide(`${key}:nothing`, 5, 200)).toMatchObject({ count: 1 });
    });

    it('leaves nothing of a window whose only hit was taken back', async () => {
      await store.takeBack(key, await hitOf(5));
      expect(await store.slide(key, 5, MINUTE)).toMatchObject({ allowed: true, count: 1 });
    });
  });

  describe('publish and subscribe', () => {
    const soon = () => sleep(100);

    it('reaches every listener of the channel, and no other', async () => {
      const heard: string[] = [];
      const stop = await Promise.all([
        store.subscribe(key, (message) => heard.push(`first ${message}`)),
        store.subscribe(key, (message) => heard.push(`second ${message}`)),
        store.subscribe(`${key}:other`, (message) => heard.push(`other ${message}`)),
      ]);
      await store.publish(key, 'news');
      await soon();
      expect(heard.sort()).toEqual(['first news', 'second news']);
      stop.forEach((unsubscribe) => unsubscribe());
    });

    it('reaches no listener that unsubscribed, and goes on reaching the others', async () => {
      const heard: string[] = [];
      const listener = (message: string) => heard.push(message);
      const unsubscribe = await store.subscribe(key, listener);
      const unsubscribeSame = await store.subscribe(key, listener);
      unsubscribe();
      unsubscribe();
      await store.publish(key, 'for one');
      await soon();
      expect(heard).toEqual(['for one']);
      unsubscribeSame();
      await store.publish(key, 'for none');
      await soon();
      expect(heard).toEqual(['for one']);
    });

    it('can be subscribed to again right after unsubscribing', async () => {
      const heard: string[] = [];
      (await store.subscribe(key, () => {}))();
      const unsubscribe = await store.subscribe(key, (message) => heard.push(message));
      await store.publish(key, 'news');
      await soon();
      expect(heard).toEqual(['news']);
      unsubscribe();
    });

    it('needs nobody to listen', async () => {
      await expect(store.publish(key, 'news')).resolves.toBeUndefined();
    });
  });

  it('answers a ping', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });
});

describe('a RedisStore', () => {
  let store: KeyValueStore;
  let redis: Redis;

  beforeAll(async () => {
    redis = new Redis(redisUrlForWorker());
    store = await openRedisStore();
  });

  afterAll(() => Promise.all([redis.quit(), store.close()]));

  it('goes on where Redis has forgotten its scripts', async () => {
    const key = `contract:${randomUUID()}`;
    await store.slide(key, 5, MINUTE);
    await redis.script('FLUSH');
    expect(await store.slide(key, 5, MINUTE)).toMatchObject({ allowed: true, count: 2 });
  });

  it('leaves nothing in Redis that has no lifetime or is not marked as ours', async () => {
    await redis.flushdb();
    await store.set('set', 'value', MINUTE);
    await store.setIfAbsent('setIfAbsent', 'value', MINUTE);
    await store.compareAndSet('set', 'value', 'next', MINUTE);
    await store.slide('slide', 5, MINUTE);
    const keys = await redis.keys('*');
    expect(keys.sort()).toEqual(['wxpass:set', 'wxpass:setIfAbsent', 'wxpass:slide']);
    for (const key of keys) {
      const ttlMs = await redis.pttl(key);
      expect(ttlMs).toBeGreaterThan(MINUTE - 5_000);
      expect(ttlMs).toBeLessThanOrEqual(MINUTE + MINUTE / 20);
    }
  });

  it('does not hear what is said in another database', async () => {
    const elsewhere = new URL(redisUrlForWorker());
    elsewhere.pathname = '/15';
    const stranger = await RedisStore.open({ kind: 'standalone', url: elsewhere.href }, console.warn);
    const heard: string[] = [];
    const channel = `contract:${randomUUID()}`;
    const unsubscribe = await store.subscribe(channel, (message) => heard.push(message));
    await stranger.publish(channel, 'theirs');
    await stranger.close();
    await store.publish(channel, 'ours');
    await sleep(100);
    unsubscribe();
    expect(heard).toEqual(['ours']);
  });
});

describe('two RedisStores', () => {
  let one: KeyValueStore;
  let other: KeyValueStore;
  let key: string;

  beforeAll(async () => {
    [one, other] = await Promise.all([openRedisStore(), openRedisStore()]);
  });

  beforeEach(() => {
    key = `contract:${randomUUID()}`;
  });

  afterAll(() => Promise.all([one.close(), other.close()]));

  it('share values', async () => {
    await one.set(key, 'value', MINUTE);
    expect(await other.get(key)).toBe('value');
    expect(await other.compareAndSet(key, 'value', null, 0)).toBe(true);
    expect(await one.get(key)).toBeNull();
  });

  it('share windows', async () => {
    const hits = await Promise.all(
      Array.from({ length: 200 }, (_, i) => (i % 2 ? one : other).slide(key, 5, MINUTE)),
    );
    const allowed = hits.filter((hit) => hit.allowed);
    expect(allowed).toHaveLength(5);
    await other.takeBack(key, allowed[0]!.hit);
    expect(await one.slide(key, 5, MINUTE)).toMatchObject({ allowed: true, count: 5 });
  });

  it('share messages', async () => {
    const message = new Promise<string>(
      (resolve) => void other.subscribe(key, resolve).then(() => one.publish(key, 'news')),
    );
    expect(await message).toBe('news');
  });
});
