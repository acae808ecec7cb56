import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Breakdown } from '../breakdown/breakdown.js';
import type { Measurement } from '../measure.js';
import type { Options } from '../options.js';
import type { StartUp } from '../service.js';
import type { Machine } from './machine.js';

const folder = 'bench/results';

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

/** Writes the results beside those of other runs, and returns the file's path. */
export function save(results: Results): string {
  const time = results.at.slice(0, 19).replaceAll(':', '-');
  const file = join(folder, `${time}-${results.machine.commit}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}
