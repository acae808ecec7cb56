import { HttpException } from '@nestjs/common';
import { databaseFault } from '../database/database-fault.js';
import { AppError } from '../errors/app-error.js';
import type { ErrorName } from '../errors/catalogue.js';

/** What the framework throws where its status alone would mislead. */
const frameworkCodes: Partial<Record<string, ErrorName>> = {
  // An id that is too long for any route to take is one of nothing.
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
};

/** What the framework throws before a handler runs, by its HTTP status. */
const frameworkErrors: Record<number, ErrorName> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  414: 'invalid_request',
  415: 'unsupported_media_type',
};

/** The error of the catalogue that stands for whatever was thrown. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const name = thrown instanceof HttpException ? frameworkErrors[thrown.getStatus()] : nameOfFault(thrown);
  if (name) return new AppError(name, { cause: thrown });
  return databaseFault(thrown) ?? new AppError('internal_error', { cause: thrown });
}

function nameOfFault(thrown: unknown): ErrorName | undefined {
  const { statusCode, code } = (thrown ?? {}) as { statusCode?: unknown; code?: unknown };
  if (typeof code !== 'string' || !code.startsWith('FST_')) return undefined;
  return frameworkCodes[code] ?? frameworkErrors[Number(statusCode)];
}
