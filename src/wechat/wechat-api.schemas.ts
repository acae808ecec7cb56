import { z } from 'zod';

const errcode = z
  .union([z.int(), z.string().regex(/^-?\d{1,9}$/)])
  .transform(Number)
  .default(0);

/** What every JSON answer may carry; an error exists only where errcode is there and not 0, sometimes as a string. */
export const verdictSchema = z.object({ errcode, errmsg: z.string().catch('') });

const busy = -1;

/** Whether an answer says that WeChat was too busy, and may or may not have acted. */
export function saysBusy(answer: unknown): boolean {
  return verdictSchema.safeParse(answer).data?.errcode === busy;
}

const openid = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const unionid = z
  .union([z.literal(''), openid])
  .nullish()
  .transform((value) => value || undefined);

/** The answer of code2Session; unionid only where the app is bound to an open-platform account. */
export const codeToSessionSchema = z.object({
  openid,
  unionid,
  session_key: z.string().min(1).max(128),
});

/** A comma list that may end in a comma. */
const scopes = z
  .string()
  .catch('')
  .transform((list) => list.split(',').filter(Boolean));

/** The answer of a code exchange for websites, official accounts and mobile apps. */
export const oauthExchangeSchema = z.object({
  access_token: z.string().min(1).max(1024),
  openid,
  unionid,
  scope: scopes,
  /** 1 on snapshot pages, else absent. */
  is_snapshotuser: z.coerce.number().catch(0),
});

/** What is only shown must not make an answer fail. */
const shown = z
  .string()
  .catch('')
  .transform((text) => text || undefined);

const genders: Record<number, 'male' | 'female'> = { 1: 'male', 2: 'female' };

/** The answer of the profile; sex 0 and empty texts for nearly everyone since 2021. */
export const userInfoSchema = z.object({
  openid,
  unionid,
  nickname: shown,
  headimgurl: shown,
  sex: z.coerce
    .number()
    .catch(0)
    .transform((sex) => genders[sex]),
  country: shown,
  province: shown,
  city: shown,
  language: shown,
});
