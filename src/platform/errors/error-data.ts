import { z } from 'zod';
import type { ErrorName } from './catalogue.js';

/** Why a session ended, as its owner is told; part of the contract. */
export const endReasons = [
  'logged_out',
  'revoked',
  'kicked',
  'replaced',
  'expired',
  'refresh_token_reused',
  'password_changed',
  'user_locked',
  'user_erased',
  'merged',
  'authorization_cancelled',
] as const;

/** The form of an error's `data`, and one as a caller might get it. */
export interface ErrorData {
  schema: z.ZodType;
  example: unknown;
}

const faultyFields = z.object({
  fields: z
    .array(
      z.object({
        path: z.string().describe('Which field, header or parameter; dots lead inwards'),
        message: z.string().describe('What is wrong with it, in the language of the message'),
      }),
    )
    .describe('The first 20 that are wrong'),
});

const wechatRefusal = z.object({
  errcode: z.int().nullable().describe("WeChat's errcode; null where it gave none"),
  advice: z.string().describe('What to do about it, in the language of the message'),
  rid: z.string().nullable().describe("WeChat's id of the request, for its support; null where it gave none"),
});

/** What the `data` of an error holds; that of all others is null. */
export const errorData: Partial<Record<ErrorName, ErrorData>> = {
  invalid_request: dataOf(faultyFields.nullable().describe('null where the body is no JSON'), {
    fields: [{ path: 'device.type', message: 'Invalid option: expected one of "mobile"|"web"|"desktop"' }],
  }),
  session_ended: dataOf(z.object({ reason: z.enum(endReasons).describe('Why it ended') }), {
    reason: 'logged_out',
  }),
  wechat_code_invalid: dataOf(wechatRefusal, {
    errcode: 40029,
    advice: "The code is invalid, expired or another app's: obtain a new one.",
    rid: '6a5f0c1e-3b9d2f47-1c8e4a60',
  }),
  wechat_code_used: dataOf(wechatRefusal, {
    errcode: 40163,
    advice: 'The code serves once and has been used: obtain a new one.',
    rid: '6a5f0c2b-58e1a90d-72b46f13',
  }),
  wechat_user_blocked: dataOf(wechatRefusal, {
    errcode: 40226,
    advice: 'WeChat rates this person as high-risk and refuses the login.',
    rid: '6a5f0c39-0d7c64b2-4e915f8a',
  }),
  wechat_error: dataOf(wechatRefusal, {
    errcode: 40013,
    advice: 'WeChat does not know this AppID: check the configured AppID and its kind.',
    rid: '6a5f0c44-91f3b7e6-2a0d58c4',
  }),
  wechat_unavailable: dataOf(wechatRefusal, {
    errcode: null,
    advice: 'WeChat cannot be reached at the moment, please try again.',
    rid: null,
  }),
};

function dataOf<Schema extends z.ZodType>(schema: Schema, example: z.output<Schema>): ErrorData {
  return { schema, example };
}
