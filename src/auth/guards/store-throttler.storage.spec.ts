import { MemoryStore } from '../../platform/store/memory-store.js';
import { StoreUnavailableError } from '../../platform/store/store-unavailable-error.js';
import { StoreThrottlerStorage } from './store-throttler.storage.js';

class StoreThatMayBeAway extends MemoryStore {
  away = false;
  asked = 0;

  override async slide(...parameters: Parameters<MemoryStore['slide']>) {
    this.asked += 1;
    if (this.away) throw new StoreUnavailableError('slide', new Error('gone'));
    return super.slide(...parameters);
  }
}

describe('the count of API_LIMIT', () => {
  it('is the store’s', async () => {
    const store = new StoreThatMayBeAway();
    const [a, b] = [new StoreThrottlerStorage(store), new StoreThrottlerStorage(store)];
    expect(await a.increment('k', 60_000, 2)).toMatchObject({ totalHits: 1, isBlocked: false });
    expect(await b.increment('k', 60_000, 2)).toMatchObject({ totalHits: 2, isBlocked: false });
    const refused = await a.increment('k', 60_000, 2);
    expect(refused.isBlocked).toBe(true);
    expect(refused.timeToBlockExpire).toBeGreaterThan(50);
  });

  it('goes on in the process while the store is away, which is not asked at every request', async () => {
    const store = new StoreThatMayBeAway();
    const storage = new StoreThrottlerStorage(store);
    store.away = true;
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await storage.increment('k', 60_000, 3));
    expect(answers.map(({ isBlocked }) => isBlocked)).toEqual([false, false, false, true, true]);
    expect(store.asked).toBe(1);
  });
});
