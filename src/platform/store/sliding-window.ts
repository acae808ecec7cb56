import type { Slide } from './key-value-store.js';

const BUCKETS = 20;

/** Hits by the number of their bucket; a bucket is a twentieth of the window, counted from the epoch. */
export type Hits = Map<number, number>;

export interface SlideRule {
  limit: number;
  /** A whole number. */
  windowMs: number;
  /** How much one hit weighs. */
  cost: number;
}

export function bucketMs(windowMs: number): number {
  return Math.ceil(windowMs / BUCKETS);
}

/** How long hits may matter after the last of them: the window, and the bucket that it cuts. */
export function retentionMs(windowMs: number): number {
  return windowMs + bucketMs(windowMs);
}

/** Counts a hit at `now` where it fits; the Redis script does these steps for the other store. */
export function slide(hits: Hits, rule: SlideRule, now: number): Slide {
  forget(hits, rule.windowMs, now);
  const allowed = total(hits) + rule.cost <= rule.limit;
  if (allowed) record(hits, rule, now);
  return outcome(allowed, hits, rule, now);
}

/** What to tell of a hit, from the buckets that remain after it. */
export function outcome(allowed: boolean, hits: Hits, rule: SlideRule, now: number): Slide {
  return {
    allowed,
    count: total(hits),
    retryAfterMs: allowed ? 0 : waitForRoom(hits, rule, now),
    resetMs: waitForReset(hits, rule, now),
  };
}

/** A bucket that the window only cuts counts whole: the exact times within it are not known. */
function forget(hits: Hits, windowMs: number, now: number): void {
  const oldest = Math.floor((now - windowMs + 1) / bucketMs(windowMs));
  for (const bucket of hits.keys()) {
    if (bucket < oldest) hits.delete(bucket);
  }
}

function record(hits: Hits, { windowMs, cost }: SlideRule, now: number): void {
  const bucket = Math.floor(now / bucketMs(windowMs));
  hits.set(bucket, (hits.get(bucket) ?? 0) + cost);
}

function total(hits: Hits): number {
  let count = 0;
  for (const some of hits.values()) count += some;
  return count;
}

/** A hit that would not even fit an empty window is told to wait for one window. */
function waitForRoom(hits: Hits, { limit, windowMs, cost }: SlideRule, now: number): number {
  let count = total(hits);
  for (const [bucket, some] of [...hits].sort(([a], [b]) => a - b)) {
    count -= some;
    if (count + cost <= limit) return releaseOf(bucket, windowMs) - now;
  }
  return windowMs;
}

function waitForReset(hits: Hits, { windowMs }: SlideRule, now: number): number {
  return hits.size === 0 ? 0 : releaseOf(Math.max(...hits.keys()), windowMs) - now;
}

/** The first millisecond whose window no longer touches the bucket. */
function releaseOf(bucket: number, windowMs: number): number {
  return (bucket + 1) * bucketMs(windowMs) + windowMs - 1;
}
