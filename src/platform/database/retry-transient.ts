import { isTransient } from './database-fault.js';

const attempts = 5;

/** Tries again what lost against another transaction; the work must be right however often it runs. */
export async function retryTransient<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attempts || !isTransient(error)) throw error;
    }
  }
}
