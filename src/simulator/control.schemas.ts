import { z } from 'zod';
import { kinds } from './apps.js';
import { BadRequest } from './bad-request.js';
import { scopes, scopesOf } from './scopes.js';

export const codeRequest = z
  .strictObject({
    kind: z.enum(kinds),
    appId: z.string().optional(),
    person: z.string().min(1).max(64).optional(),
    unionid: z.boolean().optional(),
    scope: z.enum(scopes).optional(),
    snapshot: z.boolean().default(false),
  })
  .refine(({ kind, scope }) => scope === undefined || scopesOf[kind].includes(scope), {
    path: ['scope'],
    error: 'apps of this kind do not ask for it',
  })
  .refine(
    ({ kind, scope, snapshot }) => !snapshot || (kind === 'official-account' && scope === 'snsapi_userinfo'),
    {
      path: ['snapshot'],
      error: 'goes with snsapi_userinfo of an official account only',
    },
  );

export const consentRequest = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  person: z.string().min(1).max(64).optional(),
  decision: z.enum(['confirm', 'refuse']).default('confirm'),
  snapshot: z.boolean().optional(),
  unionid: z.boolean().optional(),
});

export const faultRequest = z
  .strictObject({
    path: z.string().startsWith('/').optional(),
    times: z.int().min(1).default(1),
    delayMs: z.int().min(0).max(600_000).optional(),
    hang: z.boolean().optional(),
    reset: z.boolean().optional(),
    status: z.int().min(200).max(599).optional(),
    body: z.string().optional(),
    contentType: z
      .string()
      .regex(/^[\x20-\x7e]+$/)
      .optional(),
    errcode: z.int().optional(),
    errmsg: z.string().optional(),
  })
  .refine((fault) => Object.keys(fault).some((field) => field !== 'path' && field !== 'times'), {
    error: 'name what goes wrong: delayMs, hang, reset, status, body, contentType or errcode',
  })
  .refine((fault) => outcomesOf(fault) <= 1, {
    error: 'name only one of hang, reset, status with body, and errcode',
  })
  .refine((fault) => fault.errmsg === undefined || fault.errcode !== undefined, {
    path: ['errmsg'],
    error: 'goes with an errcode only',
  });

/** The body of a control call as the schema has it; throws BadRequest naming the first field at fault. */
export function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(jsonOf(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join('.') || 'body';
  throw new BadRequest('invalid_request', `${field}: ${issue?.message ?? 'not valid'}`);
}

function jsonOf(body: unknown): unknown {
  try {
    return JSON.parse(String(body));
  } catch {
    throw new BadRequest('invalid_request', 'body: not JSON');
  }
}

function outcomesOf({ hang, reset, status, body, errcode }: Record<string, unknown>): number {
  const answered = status !== undefined || body !== undefined;
  return [hang, reset, answered, errcode !== undefined].filter(Boolean).length;
}
