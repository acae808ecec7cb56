import { toAppError } from '../http/to-app-error.js';
import type { Outcome } from './metric-catalogue.js';

/** Does the work and tells how it ended, in the words that a metric may have. */
export async function withOutcome<Result>(
  work: () => Promise<Result>,
  tell: (outcome: Outcome) => void,
): Promise<Result> {
  try {
    const result = await work();
    tell('success');
    return result;
  } catch (error) {
    tell(toAppError(error).error);
    throw error;
  }
}
