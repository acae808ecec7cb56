import type { z } from 'zod';
import type { EndpointKind } from './errcode-row.js';
import { verdictSchema } from './wechat-api.schemas.js';
import { unexpectedAnswer, wechatError } from './wechat-errors.js';

/** What an answer says of itself: errcode 0 where it carries none. */
export type Verdict = z.output<typeof verdictSchema>;

/**
 * What the schema knows of an answer.
 * @throws AppError `wechat_error`, which names the faulty fields and never a value
 */
export function readAnswer<T>(answer: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw unexpectedAnswer(`missing or malformed: ${faultyFields(parsed.error)}`);
}

/** Whether an answer's errcode is one of these. */
export function saysOneOf(errcodes: readonly number[], answer: unknown): boolean {
  return errcodes.includes(verdictSchema.safeParse(answer).data?.errcode ?? 0);
}

/** @param secrets what was sent: an errmsg that repeats it must not carry it into the log */
export function verdictOf(answer: unknown, secrets: readonly string[]): Verdict {
  const { errcode, errmsg } = readAnswer(answer, verdictSchema);
  return { errcode, errmsg: withoutSecrets(errmsg, secrets) };
}

/** @throws AppError by the errcode, where there is one, and `wechat_error` where the answer is no object */
export function refuseErrcode(answer: unknown, secrets: readonly string[], endpoint: EndpointKind): void {
  const { errcode, errmsg } = verdictOf(answer, secrets);
  if (errcode !== 0) throw wechatError(errcode, errmsg, endpoint);
}

function withoutSecrets(errmsg: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '[removed]'), errmsg);
}

function faultyFields(error: z.ZodError): string {
  return error.issues.map(({ path }) => path.join('.') || 'the body').join(', ');
}
