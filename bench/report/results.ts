import type { Breakdown } from '../breakdown/breakdown.js';
import type { Measurement } from '../measure.js';
import type { Options } from '../options.js';
import type { StartUp } from '../service.js';
import type { Machine } from './machine.js';

/** All that one run has found. */
export interface Results {
  at: string;
  machine: Machine;
  options: Options;
  startUp: StartUp;
  measurements: Measurement[];
  /** Milliseconds. */
  breakdown: Breakdown | undefined;
}
