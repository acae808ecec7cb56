import { AppError } from '../errors/app-error.js';

/** The store did not answer; whether a write happened is not known. Its own message is for the log. */
export class StoreUnavailableError extends AppError {
  constructor(verb: string, cause: Error) {
    super('dependency_unavailable', {
      retryAfterSeconds: 1,
      privateMessage: `The key-value store failed at ${verb}: ${cause.message}`,
      cause,
    });
    this.name = 'StoreUnavailableError';
  }
}
