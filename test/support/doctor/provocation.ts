import type { ConditionName } from '../../../src/doctor/conditions.js';
import type { Finding } from '../../../src/doctor/finding.js';
import type { Env, World } from './world.js';

/** How a condition is brought about. */
export interface Provocation {
  condition: ConditionName;
  /** In words, for the table. */
  how: string;
  /** What the doctor is told differently; an empty text takes a variable away. */
  provoke?: (world: World) => Promise<Env> | Env;
  /** Asks one check alone, where the machine itself would have to be another. */
  examine?: () => Promise<Finding[]> | Finding[];
}
