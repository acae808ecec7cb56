import { percentile } from '../load.js';

export interface Latency {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** @param times milliseconds, in any order */
export function latencyOf(times: number[]): Latency {
  const ordered = Float64Array.from(times).sort();
  return {
    p50Ms: percentile(ordered, 0.5),
    p99Ms: percentile(ordered, 0.99),
    maxMs: percentile(ordered, 1),
  };
}
