import type { Slide } from './key-value-store.js';

const BUCKETS = 20;

/** What a hit met with, before it has a name. */
type Met = Omit<Slide, 'hit'>;

/** Hits by the number of their bucket; a bucket is a twentieth of the window, counted from the epoch. */
export type Hits = Map<number, number>;

/** A hit as `takeBack` is told of it: the window that it hit, which a delete ends, and where it lies in there. */
export interface Hit {
  window: string;
  bucket: number;
  cost: number;
}

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
export function slide(hits: Hits, rule: SlideRule, now: number): Met {
  forget(hits, rule.windowMs, now);
  const allowed = total(hits) + rule.cost <= rule.limit;
  if (allowed) record(hits, rule, now);
  return outcome(allowed, hits, rule, now);
}

/** Takes a hit of this window back; the Redis script does the same for the other store. */
export function takeBack(hits: Hits, { bucket, cost }: Hit): void {
  const left = (hits.get(bucket) ?? 0) - cost;
  if (left > 0) hits.set(bucket, left);
  else if (left === 0) hits.delete(bucket);
}

export function nameOfHit(window: string, { windowMs, cost }: SlideRule, now: number): string {
  return `${window} ${bucketOf(now, windowMs)} ${cost}`;
}

export function hitNamed(name: string): Hit {
  const [window = '', bucket, cost] = name.split(' ');
  return { window, bucket: Number(bucket), cost: Number(cost) };
}

/** What to tell of a hit, from the buckets that remain after it. */
export function outcome(allowed: boolean, hits: Hits, rule: SlideRule, now: number): Met {
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
  const bucket = bucketOf(now, windowMs);
  hits.set(bucket, (hits.get(bucket) ?? 0) + cost);
}

function bucketOf(now: number, windowMs: number): number {
  return Math.floor(now / bucketMs(windowMs));
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
