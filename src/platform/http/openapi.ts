import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiResponse, DECORATORS } from '@nestjs/swagger';
import { z } from 'zod';
import type { ErrorName } from '../errors/catalogue.js';
import {
  callerErrors,
  errorAnswers,
  header,
  headersOf,
  type HeaderName,
  type JsonSchema,
  rateLimitHeaders,
  referTo,
  toJsonSchema,
  traceId,
  traceIdExample,
} from './openapi-components.js';

/** What a route answers with besides what it names itself, by what it has or asks for. */
const errorsOf = {
  anyRoute: ['too_many_requests', 'dependency_unavailable'],
  body: ['invalid_request', 'too_large', 'unsupported_media_type'],
  caller: callerErrors,
  // A repeated answer is checked anew.
  idempotencyKey: ['invalid_request', 'idempotency_key_reused', 'session_ended', 'user_locked'],
} satisfies Record<string, ErrorName[]>;
const errorsKey = 'openApiErrors';

/**
 * Documents a good answer of the API: the envelope around this data.
 * @param own headers that not every answer has
 */
export function ApiAnswer<Data extends z.ZodType>(
  status: number,
  data: Data,
  example: z.output<Data>,
  own: HeaderName[] = [],
) {
  const answer = ApiResponse({
    status,
    description: 'Done',
    headers: referTo([...headersOf(status), ...own]),
    schema: toJsonSchema(z.object({ code: z.literal(0), message: z.literal('ok'), data, traceId })),
    example: { code: 0, message: 'ok', data: example, traceId: traceIdExample },
  });
  return applyDecorators(answer, ApiErrors());
}

/** Documents a good answer of the API that says all in its headers, each given with an example. */
export function ApiEmptyAnswer(description: string, own: Record<string, { about: string; example: string }>) {
  const described = Object.entries(own).map(
    ([name, { about, example }]) => [name, header(about, example)] as const,
  );
  const answer = ApiResponse({
    status: 204,
    description,
    headers: { ...Object.fromEntries(described), ...referTo(headersOf(204)) },
  });
  return applyDecorators(answer, ApiErrors());
}

/** Documents that another protocol takes over the connection. */
export function ApiUpgrade(description: string) {
  const answer = ApiResponse({ status: 101, description, headers: referTo(headersOf(101)) });
  return applyDecorators(answer, ApiErrors());
}

/** Documents an answer that sends a browser elsewhere, with a cookie. */
export function ApiRedirect(status: 302 | 303, description: string, example: string) {
  return ApiResponse({
    status,
    description,
    headers: {
      Location: header('Where the browser goes', example),
      ...referTo([...headersOf(status), 'Set-Cookie']),
    },
  });
}

/** Documents an answer in the form of another standard, without the envelope. */
export function ApiPlainAnswer<Data extends z.ZodType>(
  status: number,
  description: string,
  data: Data,
  example: z.output<Data>,
) {
  return ApiResponse({
    status,
    description,
    headers: referTo(['traceparent']),
    schema: toJsonSchema(data),
    example,
  });
}

/** Documents an answer in plain text; an empty example is an empty answer. */
export function ApiTextAnswer(status: number, description: string, example: string) {
  const schema: JsonSchema = example === '' ? { type: 'string', maxLength: 0 } : { type: 'string' };
  return ApiResponse({
    status,
    description,
    headers: referTo(['traceparent']),
    content: { 'text/plain': { schema, example } },
  });
}

/** Documents an answer of the API that is no JSON and has no envelope, by an example of each of its types. */
export function ApiMediaAnswer(description: string, examples: Record<string, string>) {
  const schema: JsonSchema = { type: 'string' };
  const content = Object.entries(examples).map(([type, example]) => [type, { schema, example }]);
  const answer = ApiResponse({
    status: 200,
    description,
    headers: referTo(headersOf(200)),
    content: Object.fromEntries(content) as Record<string, { schema: JsonSchema; example: string }>,
  });
  return applyDecorators(answer, ApiErrors());
}

/** Documents the body, by one that a client might send; where `{}` will do, it may be absent. */
export function ApiInput<Body extends z.ZodType>(schema: Body, example: z.input<Body>) {
  const required = !schema.safeParse({}).success;
  return applyDecorators(
    ApiBody({ required, examples: { example: { value: example } } }),
    ApiErrors(...errorsOf.body),
  );
}

/** Documents that a lost answer may be asked for again. */
export function ApiIdempotencyKey() {
  const key = ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key, route and body get the same answer for 60 s',
    schema: { type: 'string', minLength: 16, maxLength: 128, pattern: '^[!-~]{16,128}$' },
    examples: { uuid: { value: '5f0c1e3b-9d2f-471c-8e4a-60b7d1a2c3f4' } },
  });
  return applyDecorators(key, ApiErrors(...errorsOf.idempotencyKey));
}

/** Documents that a request may carry what is good for one request; see REPLAY_PROTECTION. */
export function ApiReplayProtection() {
  return applyDecorators(
    ...stampHeaders('Where one of X-Timestamp and X-Nonce is sent, or REPLAY_PROTECTION is `required`'),
    ApiErrors('invalid_request', 'nonce_replayed', 'request_signature_invalid'),
  );
}

/** The two headers that tell one request from its repetition, and when they are needed. */
export function stampHeaders(when: string) {
  return [
    ApiHeader({
      name: 'X-Timestamp',
      required: false,
      description: `${when}: when it was sent, in seconds since 1970, at most 300 off`,
      schema: { type: 'string', pattern: '^\\d{1,12}$' },
      examples: { seconds: { value: '1795155303' } },
    }),
    ApiHeader({
      name: 'X-Nonce',
      required: false,
      description: `${when}: 8 to 128 visible ASCII characters, never used before`,
      schema: { type: 'string', minLength: 8, maxLength: 128, pattern: '^[!-~]{8,128}$' },
      examples: { random: { value: '9f86d081884c7d659a2feaa0c55ad015' } },
    }),
  ];
}

/** Documents that only the bearer of a good token gets an answer; beside `@ApiBearerAuth()`. */
export function ApiCallerErrors() {
  return ApiErrors(...errorsOf.caller);
}

/** Documents that the account may just have been erased, which other replicas learn within a second. */
export function ApiGoneAccount() {
  return ApiErrors('not_found');
}

/** Documents errors of the catalogue that an API route answers with, beside those that its other decorators tell of. */
export function ApiErrors(...names: ErrorName[]): MethodDecorator {
  return (_prototype, _key, { value: handler }: PropertyDescriptor) => {
    const known = (Reflect.getMetadata(errorsKey, handler as object) ?? errorsOf.anyRoute) as ErrorName[];
    const all = withCsrf([...new Set([...known, ...names])]);
    Reflect.defineMetadata(errorsKey, all, handler as object);
    // Nest's own decorator would join the descriptions of two that tell of one status.
    const responses = Reflect.getMetadata(DECORATORS.API_RESPONSE, handler as object) as object | undefined;
    Reflect.defineMetadata(
      DECORATORS.API_RESPONSE,
      { ...responses, ...errorAnswers(all) },
      handler as object,
    );
  };
}

/** Documents all errors of a route that is no part of the API: it takes their form, but API_LIMIT counts it not. */
export function ApiUncountedErrors(...names: ErrorName[]): MethodDecorator {
  const described = Object.entries(errorAnswers(names)).map(([status, { headers: own, ...response }]) => {
    const kept = Object.entries(own).filter(([name]) => !rateLimitHeaders.includes(name as HeaderName));
    return ApiResponse({ status: Number(status), ...response, headers: Object.fromEntries(kept) });
  });
  return applyDecorators(...described);
}

/** Who writes by a cookie must show that a page of ours asks; what takes no body writes nothing. */
function withCsrf(names: ErrorName[]): ErrorName[] {
  const writes = [...errorsOf.caller, ...errorsOf.body].every((name) => names.includes(name));
  return writes ? [...new Set([...names, 'csrf_invalid' as const])] : names;
}
