import { z } from 'zod';

const errcode = z
  .union([z.int(), z.string().regex(/^-?\d{1,9}$/)])
  .transform(Number)
  .default(0);

/** What every JSON answer may carry; an error exists only where errcode is there and not 0, sometimes as a string. */
export const verdictSchema = z.object({ errcode, errmsg: z.string().catch('') });

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
