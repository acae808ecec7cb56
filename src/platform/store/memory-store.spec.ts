import { ExpiringMap } from './expiring-map.js';
import { MemoryStore } from './memory-store.js';

describe('the memory store', () => {
  let now: number;
  let store: MemoryStore;

  beforeEach(() => {
    now = Date.now();
    store = new MemoryStore(() => now);
  });

  afterEach(() => store.close());

  it('frees a key at the end of its lifetime', async () => {
    await store.set('key', 'value', 1_000);
    now += 999;
    expect(await store.setIfAbsent('key', 'other', 1_000)).toBe(false);
    now += 1;
    expect(await store.get('key')).toBeNull();
    expect(await store.setIfAbsent('key', 'other', 1_000)).toBe(true);
  });

  it('refuses to change a value whose lifetime is over', async () => {
    await store.set('key', 'value', 1_000);
    now += 1_000;
    expect(await store.compareAndSet('key', 'value', 'next', 1_000)).toBe(false);
  });

  it('gives a changed value the lifetime of the change', async () => {
    await store.set('key', 'value', 1_000);
    await store.compareAndSet('key', 'value', 'next', 5_000);
    now += 4_999;
    expect(await store.get('key')).toBe('next');
    now += 1;
    expect(await store.get('key')).toBeNull();
  });

  it('keeps a window alive for as long as its hits count', async () => {
    await store.slide('key', 1, 1_000);
    const { retryAfterMs } = await store.slide('key', 1, 1_000);
    now += retryAfterMs - 1;
    expect((await store.slide('key', 1, 1_000)).allowed).toBe(false);
    now += 1;
    expect((await store.slide('key', 1, 1_000)).allowed).toBe(true);
  });

  it('never allows more than the limit in any window, whenever the hits come', async () => {
    const [limit, windowMs] = [4, 600];
    const allowed: number[] = [];
    for (let i = 0; i < 3_000; i++) {
      now += Math.floor(Math.random() ** 3 * windowMs);
      if ((await store.slide('key', limit, windowMs)).allowed) allowed.push(now);
    }
    const tooClose = allowed.filter((time, i) => time - (allowed[i - limit] ?? -Infinity) < windowMs);
    expect(tooClose).toEqual([]);
    expect(allowed.length).toBeGreaterThan(100);
  });

  it('answers none who listened once it is closed', async () => {
    const heard: string[] = [];
    await store.subscribe('channel', (message) => heard.push(message));
    await store.close();
    await store.publish('channel', 'late');
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
  });
});

describe('the memory store left to itself', () => {
  afterEach(() => jest.useRealTimers());

  it('does not keep what nobody asks for', async () => {
    jest.useFakeTimers();
    const store = new MemoryStore();
    await store.set('key', 'value', 100);
    await store.slide('key', 1, 100);
    const sizes = () =>
      Object.values(store)
        .filter((part) => part instanceof ExpiringMap)
        .map(({ size }) => size);
    expect(sizes()).toEqual([1, 1]);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(sizes()).toEqual([0, 0]);
    await store.close();
  });
});
