import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { catalogue, type ErrorName } from '../errors/catalogue.js';
import { errorData } from '../errors/error-data.js';

type Components = NonNullable<OpenAPIObject['components']>;
export type JsonSchema = NonNullable<Components['schemas']>[string];
type Header = NonNullable<Components['headers']>[string];

export const traceId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe('Of the request, as in the log');
export const traceIdExample = '4bf92f3577b34da6a3ce929d0e0e4736';

const headers = {
  traceparent: header(
    'The trace of the request (W3C Trace Context)',
    `00-${traceIdExample}-00f067aa0ba902b7-01`,
  ),
  'RateLimit-Limit': header('Requests that API_LIMIT allows in its window', 600),
  'RateLimit-Remaining': header('Requests left in the window', 599),
  'RateLimit-Reset': header(
    'Seconds until the window is empty again, or, with 429, until one more may pass',
    60,
  ),
  'Retry-After': header('Seconds after which another try may succeed', 2),
  'WWW-Authenticate': header('The scheme that would let the caller in (RFC 6750)', 'Bearer'),
  'Set-Cookie': header(
    'In cookie mode the tokens and the CSRF token, or nothing in their place once the session has ended; where ' +
      'something begins that this browser alone may finish, the cookie that knows it again',
    '__Host-wxpass_csrf=…; Max-Age=2592000; Path=/; Secure; SameSite=Lax',
  ),
  'Content-Disposition': header(
    'Under which name a browser keeps it',
    'attachment; filename="wxpass-export.json"',
  ),
} satisfies Record<string, Header>;
export type HeaderName = keyof typeof headers;
export const rateLimitHeaders: HeaderName[] = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset'];

/** What whoever needs a good token may be told. */
export const callerErrors = [
  'unauthenticated',
  'token_expired',
  'token_invalid',
  'session_ended',
] satisfies ErrorName[];
/** Where these may come, tokens may be in cookies, which are taken away once the session is over. */
const cookieErrors = new Set<ErrorName>(['token_expired', 'refresh_token_reused']);
/** What the operations refer to: every error of the catalogue, and the headers of many answers. */
export function openApiComponents(): Components {
  const names = Object.keys(catalogue) as ErrorName[];
  return { schemas: Object.fromEntries(names.map((name) => [name, errorSchema(name)])), headers };
}

/** Errors as a route's answers, one for each status. */
export function errorAnswers(names: ErrorName[]) {
  const statuses = new Set(names.map((name) => catalogue[name].status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const same = names.filter((name) => catalogue[name].status === status);
      return [status, describeErrors(status, same)];
    }),
  );
}

function describeErrors(status: number, names: ErrorName[]) {
  return {
    description: names.map((name) => `\`${name}\`: ${catalogue[name].en}`).join('; '),
    headers: referTo([
      ...headersOf(status),
      ...(callerErrors.some((name) => names.includes(name)) ? ['WWW-Authenticate' as const] : []),
      ...(names.some((name) => cookieErrors.has(name)) ? ['Set-Cookie' as const] : []),
    ]),
    schema: oneOf(names),
    examples: Object.fromEntries(
      names.map((name) => [name, { summary: catalogue[name].en, value: errorExample(name) }]),
    ),
  };
}

/** `error` tells which of them it is. */
function oneOf(names: ErrorName[]): JsonSchema {
  const [first, ...others] = names.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  if (others.length === 0) return first as JsonSchema;
  const mapping = Object.fromEntries(names.map((name) => [name, `#/components/schemas/${name}`]));
  return { oneOf: [first!, ...others], discriminator: { propertyName: 'error', mapping } };
}

function errorSchema(name: ErrorName): JsonSchema {
  const envelope = z.object({
    code: z.literal(catalogue[name].code).describe('The stable number of the error'),
    error: z.literal(name).describe('The stable name of the error'),
    message: z.string().describe('For people, in the language of Accept-Language'),
    data: errorData[name]?.schema ?? z.null(),
    traceId,
  });
  return { description: catalogue[name].en, ...toJsonSchema(envelope) };
}

function errorExample(name: ErrorName) {
  const { code, en } = catalogue[name];
  return { code, error: name, message: en, data: errorData[name]?.example ?? null, traceId: traceIdExample };
}

/** Those that every answer of the API with this status has; bodies that are refused unread are not counted by API_LIMIT. */
export function headersOf(status: number): HeaderName[] {
  const counted = status !== 413 && status !== 415;
  return [
    'traceparent',
    ...(counted ? rateLimitHeaders : []),
    ...(status === 429 || status === 503 ? ['Retry-After' as const] : []),
  ];
}

/** The headers as an answer refers to them. */
export function referTo(names: HeaderName[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** A header as an answer describes it by itself. */
export function header(description: string, example: string | number): Header {
  return { description, schema: { type: typeof example === 'number' ? 'integer' : 'string' }, example };
}

/** As JSON Schema 2020-12, which is what OpenAPI 3.1 means by a schema. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'output'): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, override: leaveNoiseOut });
  return json as JsonSchema;
}

/** A format says it all, and every integer is a safe one. */
function leaveNoiseOut({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}
