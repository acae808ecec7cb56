import { percentile } from '../load.js';

/** Milliseconds. */
export interface Spread {
  p50: number;
  p99: number;
  max: number;
}

export function spread(values: number[]): Spread {
  const ordered = Float64Array.from(values).sort();
  return { p50: percentile(ordered, 0.5), p99: percentile(ordered, 0.99), max: ordered.at(-1) ?? NaN };
}
