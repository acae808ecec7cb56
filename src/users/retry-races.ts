import { isDuplicate, isTransient } from '../platform/database/database-fault.js';
import { AppError } from '../platform/errors/app-error.js';
import { StaleRead } from './living-user.js';

/** Races of one person are few: each lost one finds what the winner wrote. */
const attempts = 10;

/**
 * Begins work anew that lost a race; the unique indexes and held rows decide who wins.
 * @throws AppError dependency_unavailable where it lost too often, and whatever else the work throws
 */
export async function retryRaces<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const lost = error instanceof StaleRead || isDuplicate(error) || isTransient(error);
      if (!lost) throw error;
      if (attempt === attempts) {
        throw new AppError('dependency_unavailable', { retryAfterSeconds: 1, cause: error });
      }
    }
  }
}
