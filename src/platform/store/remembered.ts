import { LRUCache } from 'lru-cache';

/** Asks once in so many milliseconds, and gives all who ask meanwhile the same answer. */
export function remembered<Answer extends object | number>(
  forMs: number,
  ask: () => Promise<Answer>,
): () => Promise<Answer> {
  const answers = new LRUCache<'answer', Answer>({ max: 1, ttl: forMs, fetchMethod: ask });
  return () => answers.forceFetch('answer');
}
