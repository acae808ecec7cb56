import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { AppError } from '../platform/errors/app-error.js';
import type { ErrorName } from '../platform/errors/catalogue.js';
import { describeError } from '../platform/observability/describe-error.js';
import { toAppError } from '../platform/http/to-app-error.js';

/** OAuth's own words (RFC 6749, 5.2; RFC 6750, 3.1) for what our catalogue says. */
const oauthErrors: Partial<Record<ErrorName, string>> = {
  unauthenticated: 'invalid_client',
  request_signature_invalid: 'invalid_client',
  forbidden: 'insufficient_scope',
  unsupported_media_type: 'invalid_request',
  dependency_unavailable: 'temporarily_unavailable',
  internal_error: 'server_error',
};

/** Where the catalogue's words would mislead. */
export const formWanted = 'Please send application/x-www-form-urlencoded';

/** OAuth's endpoints answer in OAuth's form, not in our envelope. */
@Catch()
export class OauthFilter implements ExceptionFilter {
  private readonly logger = new Logger('Error');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toAppError(thrown);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error.status === 401) reply.header('www-authenticate', 'Basic realm="wxpass", charset="UTF-8"');
    if (error.status >= 500) this.logger.error(`${error.error}: ${describeError(thrown).message}`, thrown);
    if (error.headers) reply.headers(error.headers);
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
    void reply
      .header('cache-control', 'no-store')
      .status(error.status)
      .send({ error: oauthErrors[error.error] ?? error.error, error_description: descriptionOf(error) });
  }
}

function descriptionOf(error: AppError): string {
  return error.error === 'unsupported_media_type' ? formWanted : error.messageIn('en');
}
