import { currentContext } from '../http/request-context.js';
import { AppError } from './app-error.js';
import type { LimitName } from './limit-names.js';

/**
 * The refusal of whoever met a limit of `limit` hits, with all that a client needs to wait well. The request remembers
 * which limit it was.
 */
export function tooManyRequests(name: LimitName, limit: number, retryAfterSeconds: number): AppError {
  const context = currentContext();
  if (context) context.limit = name;
  return new AppError('too_many_requests', {
    retryAfterSeconds,
    headers: {
      'RateLimit-Limit': String(limit),
      'RateLimit-Remaining': '0',
      'RateLimit-Reset': String(retryAfterSeconds),
    },
  });
}
