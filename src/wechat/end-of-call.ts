import { NoReply } from './no-reply.js';
import { verdictSchema } from './wechat-api.schemas.js';
import { listedErrcodes } from './wechat-errcodes.js';
import type { WechatAnswer } from './wechat-host.js';

const countable = new Set([0, ...listedErrcodes]);

/** The errcode of an answer as metrics count it: one of those that are listed, whatever comes. */
export function errcodeOf(answer: WechatAnswer): string {
  if ('image' in answer) return '0';
  const verdict = verdictSchema.safeParse(answer.answer).data;
  if (!verdict) return 'malformed';
  return countable.has(verdict.errcode) ? String(verdict.errcode) : 'other';
}

/** What came in place of an answer. */
export function endOfCall(failure: unknown): string {
  return failure instanceof NoReply ? failure.silence : 'malformed';
}
