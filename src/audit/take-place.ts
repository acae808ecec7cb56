import type { Limit } from '../platform/config/config.js';
import type { LimitName } from '../platform/errors/limit-names.js';
import { tooManyRequests } from '../platform/errors/too-many-requests.js';
import type { KeyValueStore } from '../platform/store/key-value-store.js';

/**
 * Takes a place in a sliding window; whatever it weighs, there must be room for one. With a cost of 0 it takes none, and
 * only asks whether one is free.
 * @param who whose window it is, as the limit counts
 * @returns what gives this very place back
 * @throws AppError too_many_requests
 */
export async function takePlace(
  store: KeyValueStore,
  name: LimitName,
  who: string,
  { count, windowMs }: Limit,
  cost = 1,
): Promise<() => Promise<void>> {
  const key = `${name}:${who}`;
  const { allowed, retryAfterMs, hit } = await store.slide(key, count - 1 + cost, windowMs, cost);
  if (!allowed) throw tooManyRequests(name, count, Math.max(1, Math.ceil(retryAfterMs / 1000)));
  return () => store.takeBack(key, hit);
}
