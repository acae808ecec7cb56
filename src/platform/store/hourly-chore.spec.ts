import { setTimeout as sleep } from 'node:timers/promises';
import { HourlyChore, type Bite } from './hourly-chore.js';
import { MemoryStore } from './memory-store.js';

const hourMs = 3_600_000;

describe('an hourly chore', () => {
  let now = Date.now();
  let store: MemoryStore;
  beforeEach(() => {
    store = new MemoryStore(() => now);
  });
  afterEach(() => store.close());

  const choreOf = (...bites: Bite[]) =>
    new HourlyChore(store, { name: 'chore', what: 'things', size: 10, bites });
  /** So much to delete. */
  const pile = (count: number): Bite => {
    let left = count;
    return async (size) => {
      const bitten = Math.min(left, size);
      left -= bitten;
      return bitten;
    };
  };

  it('takes bite after bite until nothing is left, of one thing after the other', async () => {
    const sizes: string[] = [];
    const noted =
      (name: string, bite: Bite): Bite =>
      async (size) => {
        const bitten = await bite(size);
        sizes.push(`${name} ${bitten}`);
        return bitten;
      };
    const chore = choreOf(noted('a', pile(25)), noted('b', pile(10)), noted('c', pile(0)));
    expect(await chore.runOnce()).toBe(35);
    expect(sizes).toEqual(['a 10', 'a 10', 'a 5', 'b 10', 'b 0', 'c 0']);
  });

  it('is done by one of many who try at once, and by any of them an hour later', async () => {
    const bite = pile(1);
    const replicas = [choreOf(bite), choreOf(bite), choreOf(bite)];
    const counts = await Promise.all(replicas.map((replica) => replica.runOnce()));
    expect(counts.sort()).toEqual([0, 0, 1]);
    const again = choreOf(pile(1));
    expect(await again.runOnce()).toBe(0);
    now += hourMs;
    expect(await again.runOnce()).toBe(1);
  });

  it('stops between two bites, and is over once it says so', async () => {
    let bites = 0;
    const chore = choreOf(async (size) => {
      bites += 1;
      await sleep(5);
      return size;
    });
    const running = chore.runOnce();
    await sleep(100);
    await chore.stop();
    await running;
    const until = bites;
    expect(until).toBeGreaterThan(1);
    await sleep(60);
    expect(bites).toBe(until);
  });
});

describe('the hours of a chore', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());

  it('begin a minute after the start, and go on whatever fails', async () => {
    const store = new MemoryStore();
    const started = Date.now();
    const minutes: number[] = [];
    const chore = new HourlyChore(store, {
      name: 'chore',
      what: 'things',
      size: 1,
      bites: [
        async () => {
          minutes.push(Math.round((Date.now() - started) / 60_000));
          throw new Error('the database is away');
        },
      ],
    });
    chore.start();
    await jest.advanceTimersByTimeAsync(2.5 * hourMs);
    expect(minutes).toEqual([1, 61, 121]);
    await chore.stop();
    await jest.advanceTimersByTimeAsync(2 * hourMs);
    expect(minutes).toHaveLength(3);
    await store.close();
  });
});
