import { z } from 'zod';
import { codePoints } from '../platform/http/code-points.js';
import { profileOf } from '../wechat/wechat-profile.js';

const nicknameLength = 64;

/** Control characters, halves of characters, line breaks, and what turns the direction of the text around it. */
const fitForDisplay = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u;

const nickname = z
  .string()
  .trim()
  .regex(fitForDisplay)
  .check(codePoints(1, nicknameLength))
  .meta({ maxLength: nicknameLength })
  .describe('1 to 64 code points; “微信用户” is no nickname and clears it');

const avatarUrl = z
  .url({ protocol: /^https$/, abort: true })
  .max(512)
  .regex(/^https:\/\/[\w\-.~:/?#[\]@!$&()*+,;=%]+$/i)
  .describe("https; WeChat's grey avatar is none and clears it");

/** WeChat writes zh_CN where BCP 47 writes zh-CN. */
const language = z
  .string()
  .max(16)
  .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$/)
  .describe('A language tag such as zh-CN or zh_CN');

/** What a person may set: null takes a value away, and leaves the field to WeChat again; what is absent stays. */
export const profileChoice = z.strictObject({
  nickname: nickname.nullable().optional(),
  avatarUrl: avatarUrl.nullable().optional(),
  email: z.email().max(254).nullable().optional().describe('Unverified: it never identifies'),
  gender: z
    .enum(['male', 'female', 'other'])
    .nullable()
    .optional()
    .describe('WeChat tells it no more: what the person says'),
  language: language.nullable().optional(),
});

export type ProfileChoiceInput = z.infer<typeof profileChoice>;

/** The same with the placeholders taken away that WeChat gives in place of a profile. */
export function withoutPlaceholders(choice: ProfileChoiceInput): ProfileChoiceInput {
  const real = profileOf({
    nickname: choice.nickname ?? undefined,
    avatarUrl: choice.avatarUrl ?? undefined,
  });
  const placeholders = (['nickname', 'avatarUrl'] as const).filter(
    (field) => typeof choice[field] === 'string' && real?.[field] === undefined,
  );
  return { ...choice, ...Object.fromEntries(placeholders.map((field) => [field, null])) };
}
