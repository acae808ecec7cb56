import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { KeyValueStore } from '../../src/platform/store/key-value-store.js';
import { RedisStore } from '../../src/platform/store/redis-store.js';
import { StoreUnavailableError } from '../../src/platform/store/store-unavailable-error.js';
import { startRedis, startSentinel } from '../support/services/redis.js';

const MINUTE = 60_000;

type RedisServer = Awaited<ReturnType<typeof startRedis>>;

const verbs: [name: string, act: (store: KeyValueStore) => Promise<unknown>][] = [
  ['get', (store) => store.get('key')],
  ['set', (store) => store.set('key', 'value', MINUTE)],
  ['setIfAbsent', (store) => store.setIfAbsent('key', 'value', MINUTE)],
  ['compareAndSet', (store) => store.compareAndSet('key', 'value', 'next', MINUTE)],
  ['slide', (store) => store.slide('window', 5, MINUTE)],
  ['delete', (store) => store.delete('key')],
  ['publish', (store) => store.publish('channel', 'news')],
  ['subscribe', (store) => store.subscribe('channel', () => {})],
  ['ping', (store) => store.ping()],
];

/** The failure of a promise, and how long it took. */
async function failureOf(promise: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const start = performance.now();
  const error = await promise.then(
    (value) => new Error(`resolved with ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  return { error, ms: performance.now() - start };
}

/** Milliseconds until the store first answers again. */
async function recoveryOf(store: KeyValueStore, limitMs = 10_000): Promise<number> {
  const start = performance.now();
  for (;;) {
    try {
      await store.ping();
      return performance.now() - start;
    } catch (error) {
      if (performance.now() - start > limitMs) throw error;
      await sleep(10);
    }
  }
}

/** Publishes until somebody hears it; the milliseconds that took. */
async function reachOf(
  store: KeyValueStore,
  channel: string,
  heard: string[],
  limitMs = 10_000,
): Promise<number> {
  const start = performance.now();
  while (!heard.includes('are you there?')) {
    if (performance.now() - start > limitMs) throw new Error('nobody listens');
    await store.publish(channel, 'are you there?').catch(() => {});
    await sleep(20);
  }
  return performance.now() - start;
}

/** Kills it and waits until its port refuses connections. */
async function kill(server: RedisServer): Promise<void> {
  server.kill('SIGKILL');
  for (;;) {
    const socket = connect(server.port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      socket.destroy();
      await sleep(5);
    } catch {
      return;
    }
  }
}

describe('RedisStore', () => {
  let server: RedisServer;
  let store: RedisStore;
  let logged: string[];

  beforeEach(async () => {
    server = await startRedis();
    logged = [];
    store = await RedisStore.open({ kind: 'standalone', url: server.url }, (message) => logged.push(message));
    await store.set('key', 'value', MINUTE);
  });

  afterEach(async () => {
    await store.close();
    await server.stop();
  });

  describe('while Redis is frozen', () => {
    it.each(verbs)('%s fails in time and says that the store is unavailable', async (_name, act) => {
      server.kill('SIGSTOP');
      const { error, ms } = await failureOf(act(store));
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(error).toMatchObject({ error: 'dependency_unavailable', status: 503, retryAfterSeconds: 1 });
      expect(ms).toBeLessThan(700);
    });

    it('a channel that was subscribed to before cannot be subscribed to again', async () => {
      await store.subscribe('channel', () => {});
      server.kill('SIGSTOP');
      const { error, ms } = await failureOf(store.subscribe('channel', () => {}));
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(ms).toBeLessThan(700);
    });

    it('no caller out of many waits longer than another', async () => {
      server.kill('SIGSTOP');
      const failures = await Promise.all(Array.from({ length: 500 }, () => failureOf(store.get('key'))));
      expect(Math.max(...failures.map(({ ms }) => ms))).toBeLessThan(700);
    });

    it('callers stop waiting once it has been silent for long', async () => {
      server.kill('SIGSTOP');
      for (let i = 0; i < 4; i++) await failureOf(store.get('key'));
      const { error, ms } = await failureOf(store.get('key'));
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(ms).toBeLessThan(100);
    });

    it('it is tried again, and found as soon as it thaws', async () => {
      const heard: string[] = [];
      await store.subscribe('channel', (message) => heard.push(message));
      server.kill('SIGSTOP');
      for (let i = 0; i < 4; i++) await failureOf(store.get('key'));
      await sleep(2_000);
      server.kill('SIGCONT');
      expect(await recoveryOf(store)).toBeLessThan(2_000);
      expect(await store.get('key')).toBe('value');
      expect(await reachOf(store, 'channel', heard)).toBeLessThan(2_000);
    });
  });

  describe('when Redis is killed', () => {
    it.each(verbs)('%s fails at once, and says that the store is unavailable', async (name, act) => {
      await kill(server);
      const { error, ms } = await failureOf(act(store));
      expect(error).toBeInstanceOf(StoreUnavailableError);
      // A subscription gives its connection some time, since the first one has to make it.
      expect(ms).toBeLessThan(name === 'subscribe' ? 700 : 100);
    });

    it('who already waits is told at once', async () => {
      server.kill('SIGSTOP');
      const waiting = failureOf(store.get('key'));
      await sleep(100);
      await kill(server);
      const { error, ms } = await waiting;
      expect(error).toBeInstanceOf(StoreUnavailableError);
      expect(ms).toBeLessThan(200);
    });

    it('values and subscriptions work again soon after it is back', async () => {
      const heard: string[] = [];
      await store.subscribe('channel', (message) => heard.push(message));
      const unsubscribe = await store.subscribe('left channel', (message) => heard.push(`left ${message}`));
      await kill(server);
      unsubscribe();
      await sleep(1_500);
      await server.restart();
      expect(await recoveryOf(store)).toBeLessThan(2_000);
      expect(await store.setIfAbsent('key', 'new', MINUTE)).toBe(true);
      expect(await store.slide('window', 5, MINUTE)).toMatchObject({ allowed: true });
      expect(await reachOf(store, 'channel', heard)).toBeLessThan(2_000);
      await store.publish('left channel', 'news');
      await sleep(50);
      expect(heard).not.toContain('left news');
    });

    it('the log tells of the outage once, and of its end', async () => {
      await store.subscribe('channel', () => {});
      await kill(server);
      await sleep(1_500);
      expect(logged).toEqual([expect.stringMatching(/^Redis is unavailable: /)]);
      await server.restart();
      await recoveryOf(store);
      await sleep(600);
      expect(logged).toEqual([expect.anything(), 'Redis is back']);
    });

    it('a store that was closed says nothing more', async () => {
      await store.close();
      await kill(server);
      await sleep(300);
      expect(logged).toEqual([]);
      expect((await failureOf(store.get('key'))).error).toBeInstanceOf(StoreUnavailableError);
    });
  });

  it('made while Redis is down, opens all the same, fails at once, and works as soon as Redis is there', async () => {
    await store.close();
    await kill(server);
    const start = performance.now();
    store = await RedisStore.open({ kind: 'standalone', url: server.url }, () => {});
    expect(performance.now() - start).toBeLessThan(1_300);
    const { error, ms } = await failureOf(store.get('key'));
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(ms).toBeLessThan(100);
    await server.restart();
    expect(await recoveryOf(store)).toBeLessThan(2_000);
  });
});

describe('RedisStore with a password', () => {
  const password = 'correct-horse-battery';
  let server: RedisServer;
  let store: RedisStore;
  let logged: string[];

  const openWith = async (word: string) => {
    const url = `redis://:${word}@127.0.0.1:${server.port}`;
    store = await RedisStore.open({ kind: 'standalone', url }, (message) => logged.push(message));
  };

  beforeAll(async () => {
    server = await startRedis();
    const redis = new Redis(server.url);
    await redis.config('SET', 'requirepass', password);
    redis.disconnect();
    logged = [];
  });

  afterEach(() => store.close());

  afterAll(() => server.stop());

  it('signs in', async () => {
    await openWith(password);
    await expect(store.ping()).resolves.toBeUndefined();
  });

  it('fails loudly where the password is wrong, and repeats it nowhere', async () => {
    await openWith('wrong-horse-battery');
    const { error } = await failureOf(store.set('key', 'secret value', MINUTE));
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(logged).toEqual([expect.stringContaining('WRONGPASS')]);
    const { message, stack, cause } = error as Error & { cause: Error };
    const told = [message, stack, JSON.stringify(error), cause.stack, JSON.stringify(cause), ...logged].join(
      '\n',
    );
    expect(told).not.toMatch(/horse|secret|redis:/);
  });
});

/** A way to Redis that can lose what Redis answers, or break. */
class Road {
  private readonly pairs = new Set<[Socket, Socket]>();
  private server: Server;

  async open(redisPort: number): Promise<string> {
    this.server = createServer((client) => this.join(client, connect(redisPort, '127.0.0.1')));
    await once(this.server.listen(0, '127.0.0.1'), 'listening');
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Questions still arrive, answers on the connections of now do not; later connections are good. */
  loseAnswers(): void {
    for (const [client, redis] of this.pairs) redis.unpipe(client).resume();
  }

  break(): void {
    for (const [client, redis] of this.pairs) [client, redis].forEach((socket) => socket.destroy());
    this.pairs.clear();
  }

  async close(): Promise<void> {
    this.break();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, redis: Socket): void {
    this.pairs.add([client, redis]);
    [client, redis].forEach((socket) => socket.on('error', () => {}));
    client.pipe(redis).pipe(client);
  }
}

describe('RedisStore over a bad road', () => {
  let server: RedisServer;
  let road: Road;
  let store: RedisStore;

  beforeEach(async () => {
    server = await startRedis();
    road = new Road();
    store = await RedisStore.open({ kind: 'standalone', url: await road.open(server.port) }, () => {});
  });

  afterEach(async () => {
    await store.close();
    await road.close();
    await server.stop();
  });

  it('never repeats by itself what may have happened already', async () => {
    road.loseAnswers();
    const hit = failureOf(store.slide('window', 5, MINUTE));
    await sleep(100);
    road.break();
    expect((await hit).error).toBeInstanceOf(StoreUnavailableError);
    await recoveryOf(store);
    expect(await store.slide('window', 5, MINUTE)).toMatchObject({ count: 2 });
  });

  it('finds a new way where the other end vanished without a word', async () => {
    road.loseAnswers();
    expect(await recoveryOf(store)).toBeLessThan(3_000);
  });

  it('keeps its connection where one answer was late', async () => {
    road.loseAnswers();
    const { ms } = await failureOf(store.ping());
    expect(ms).toBeGreaterThan(400);
    const { ms: again } = await failureOf(store.ping());
    expect(again).toBeGreaterThan(400);
  });
});

describe('RedisStore by sentinel', () => {
  let master: RedisServer;
  let replica: RedisServer;
  let sentinel: RedisServer;
  let store: RedisStore;

  beforeEach(async () => {
    master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
    replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    await replicates(replica);
    sentinel = await startSentinel(master.port);
    const sentinels = [{ host: '127.0.0.1', port: sentinel.port }];
    store = await RedisStore.open({ kind: 'sentinel', sentinels, master: 'wxpass-test', db: 3 }, () => {});
  });

  afterEach(async () => {
    await store.close();
    await Promise.all([sentinel, replica, master].map((server) => server.stop()));
  });

  it('finds the master, and the next one after the first fell silent', async () => {
    const heard: string[] = [];
    await store.subscribe('channel', (message) => heard.push(message));
    await store.set('key', 'value', MINUTE);
    await sleep(1_000);

    master.kill('SIGSTOP');
    await sleep(50);
    expect(await recoveryOf(store, 20_000)).toBeGreaterThan(400);
    expect(await store.get('key')).toBe('value');
    expect(await store.compareAndSet('key', 'value', 'next', MINUTE)).toBe(true);
    await reachOf(store, 'channel', heard, 20_000);
  });
});

async function replicates(replica: RedisServer): Promise<void> {
  const redis = new Redis(replica.url);
  while (!(await redis.info('replication')).includes('master_link_status:up')) await sleep(50);
  redis.disconnect();
}
