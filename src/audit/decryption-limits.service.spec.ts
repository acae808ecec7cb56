import type { Config } from '../platform/config/config.js';
import { MemoryStore } from '../platform/store/memory-store.js';
import { DecryptionLimits } from './decryption-limits.service.js';

const minute = 60_000;

describe('the limit of decryptions', () => {
  let now: number;
  let store: MemoryStore;
  let limits: DecryptionLimits;

  beforeEach(() => {
    // A moment at which a bucket of every window begins, so that each release is exact.
    now = 24 * 60 * minute * 20_000;
    store = new MemoryStore(() => now);
    const risk = { decryptionsBySession: { count: 3, windowMs: 10 * minute } };
    limits = new DecryptionLimits(store, { risk } as Config);
  });
  afterEach(() => store.close());

  const fail = (session = 'one') => limits.countTry(session, false);
  const succeed = (session = 'one') => limits.countTry(session, true);
  const refused = { error: 'too_many_requests', headers: { 'RateLimit-Limit': '3' } };

  it('counts failures alone, and then refuses whatever comes', async () => {
    for (let i = 0; i < 20; i++) await succeed();
    for (let i = 0; i < 3; i++) await fail();
    await expect(fail()).rejects.toMatchObject(refused);
    await expect(succeed()).rejects.toMatchObject(refused);
  });

  it('is that of one session, for as long as its window', async () => {
    for (let i = 0; i < 3; i++) await fail();
    await succeed('another');
    now += 10 * minute + minute / 2;
    await succeed();
  });

  it('lets as many through of many failures at once as it has room for', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 50 }, () => fail()));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });
});
