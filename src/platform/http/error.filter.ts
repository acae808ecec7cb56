import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { databaseFault } from '../database/database-fault.js';
import { AppError } from '../errors/app-error.js';
import type { ErrorName } from '../errors/catalogue.js';
import { describeError } from '../observability/describe-error.js';
import { failure } from './envelope.js';
import { languageOf } from './language.js';

/** What the framework throws before a handler runs, by its HTTP status. */
const frameworkErrors: Record<number, ErrorName> = {
  400: 'invalid_request',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  414: 'invalid_request',
  415: 'unsupported_media_type',
};

/** Errors that a bearer token would mend (RFC 6750). */
const bearerErrors = new Set<ErrorName>([
  'unauthenticated',
  'token_expired',
  'token_invalid',
  'session_ended',
]);

/** Turns whatever was thrown into the contract's answer; the log alone learns why. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Error');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const error = toAppError(thrown);
    this.record(error, thrown);
    sendError(http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>(), error);
  }

  private record(error: AppError, thrown: unknown): void {
    if (error.status >= 500) this.logger.error(`${error.error}: ${describeError(thrown).message}`, thrown);
  }
}

export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = thrown instanceof HttpException ? thrown.getStatus() : frameworkStatus(thrown);
  const name = status === undefined ? undefined : frameworkErrors[status];
  if (name) return new AppError(name, { cause: thrown });
  return databaseFault(thrown) ?? new AppError('internal_error', { cause: thrown });
}

/** Sends an error in the caller's language, with the headers its kind asks for. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: AppError): void {
  if (reply.sent) return;
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  if (bearerErrors.has(error.error)) reply.header('www-authenticate', 'Bearer');
  void reply.status(error.status).send(failure(error, languageOf(request.headers)));
}

function frameworkStatus(thrown: unknown): number | undefined {
  const { statusCode, code } = (thrown ?? {}) as { statusCode?: unknown; code?: unknown };
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number'
    ? statusCode
    : undefined;
}
