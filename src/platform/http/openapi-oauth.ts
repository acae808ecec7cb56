import { applyDecorators } from '@nestjs/common';
import { ApiBasicAuth, ApiBody, ApiConsumes, ApiHeader, ApiResponse, ApiSecurity } from '@nestjs/swagger';
import { z } from 'zod';
import { catalogue, type ErrorName } from '../errors/catalogue.js';
import { oauthErrorOf } from './oauth-answer.js';
import { referTo } from './openapi-components.js';
import { stampHeaders } from './openapi.js';

const errors: ErrorName[] = [
  'invalid_request',
  'unauthenticated',
  'forbidden',
  'blocked',
  'nonce_replayed',
  'too_large',
  'unsupported_media_type',
  'too_many_requests',
  'dependency_unavailable',
];

/** Documents that a machine client may prove itself, by Basic or by a signed request. */
export function ApiMachineClient() {
  return applyDecorators(
    ApiBasicAuth('client'),
    ApiSecurity('signedRequest'),
    ApiHeader({
      name: 'X-Client-Id',
      required: false,
      description: 'Of a signed request: the id of the client in `API_CLIENTS`',
      schema: { type: 'string' },
      examples: { gateway: { value: 'gateway' } },
    }),
    ...stampHeaders('Of a signed request'),
  );
}

/** Documents the form of a machine client. */
export function ApiOauthForm<Form extends z.ZodType>(example: z.input<Form>) {
  return applyDecorators(
    ApiMachineClient(),
    ApiConsumes('application/x-www-form-urlencoded'),
    ApiBody({ required: true, examples: { example: { value: example as object } } }),
    ...statusesOf(errors).map(ApiOauthError),
  );
}

/** OAuth has a form of its own for errors (RFC 6749, 5.2), without the envelope. */
function ApiOauthError(status: number) {
  const same = errors.filter((name) => catalogue[name].status === status);
  const said = same.map((name) => [name, oauthErrorOf(name)] as const);
  return ApiResponse({
    status,
    description: said.map(([, { error, error_description: words }]) => `\`${error}\`: ${words}`).join('; '),
    headers: referTo([
      'traceparent',
      ...(status === 401 ? ['WWW-Authenticate' as const] : []),
      ...(status === 429 || status === 503 ? ['Retry-After' as const] : []),
    ]),
    content: {
      'application/json': {
        schema: {
          type: 'object',
          properties: {
            error: {
              type: 'string',
              enum: said.map(([, { error }]) => error),
              description: 'The name of the error',
            },
            error_description: { type: 'string', description: 'For people, in English' },
          },
          required: ['error', 'error_description'],
        },
        examples: Object.fromEntries(said.map(([name, value]) => [name, { value }])),
      },
    },
  });
}

function statusesOf(names: ErrorName[]): number[] {
  return [...new Set(names.map((name) => catalogue[name].status))];
}
