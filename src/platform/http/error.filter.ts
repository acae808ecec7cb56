import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors/app-error.js';
import type { ErrorName } from '../errors/catalogue.js';
import { describeError } from '../observability/describe-error.js';
import { noteInTrace } from '../observability/tracing.js';
import { failure } from './envelope.js';
import { languageOf } from './language.js';
import { isOauthRoute, sendOauthError } from './oauth-answer.js';
import { toAppError } from './to-app-error.js';

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

  /** Faults of ours with all that is known; of the others what the caller is not told, such as WeChat's errmsg. */
  private record(error: AppError, thrown: unknown): void {
    if (error.status >= 500) this.logger.error(`${error.error}: ${describeError(thrown).message}`, thrown);
    else if (error.message !== error.error) this.logger.log(`${error.error}: ${error.message}`);
  }
}

/** Sends an error in the form of its route, with the headers its kind asks for: whoever refuses, and however early. */
export function sendError(request: FastifyRequest, reply: FastifyReply, error: AppError): void {
  if (reply.sent) return;
  noteInTrace({ 'wxpass.error': error.error });
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  void reply.headers(error.headers).status(error.status);
  if (isOauthRoute(request)) sendOauthError(reply, error);
  else sendEnvelope(request, reply, error);
}

function sendEnvelope(request: FastifyRequest, reply: FastifyReply, error: AppError): void {
  if (bearerErrors.has(error.error)) reply.header('www-authenticate', 'Bearer');
  void reply.send(failure(error, languageOf(request.headers)));
}
