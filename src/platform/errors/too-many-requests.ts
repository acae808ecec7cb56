import { AppError } from './app-error.js';

/** The refusal of whoever met a limit of `limit` hits, with all that a client needs to wait well. */
export function tooManyRequests(limit: number, retryAfterSeconds: number): AppError {
  return new AppError('too_many_requests', {
    retryAfterSeconds,
    headers: {
      'RateLimit-Limit': String(limit),
      'RateLimit-Remaining': '0',
      'RateLimit-Reset': String(retryAfterSeconds),
    },
  });
}
