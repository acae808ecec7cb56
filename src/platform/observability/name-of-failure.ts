import { AppError } from '../errors/app-error.js';

interface Failure extends Error {
  code?: unknown;
  driverError?: { code?: unknown };
}

/** What went wrong in one word that quotes nothing: our error's name, a driver's or the system's code, or the class. */
export function nameOfFailure(thrown: unknown): string {
  if (thrown instanceof AppError) return thrown.error;
  if (!(thrown instanceof Error)) return 'unknown';
  const { driverError, code, name } = thrown as Failure;
  const own = driverError?.code ?? code;
  return typeof own === 'string' ? own : name;
}
