import { z } from 'zod';
import { saysOneOf } from './wechat-answer.js';

const renewBeforeEndMs = 300_000;
/** Invalid or not the latest, malformed, expired: the call consumed nothing. */
const tokenRefusals = [40001, 40014, 42001];

export const appTokenSchema = z.object({
  /** A secret. */
  value: z.string().min(1),
  /** Milliseconds since the epoch, as all times here. */
  askedAt: z.number(),
  renewAt: z.number(),
  expiresAt: z.number(),
});

/** What lets an app, rather than a person, call WeChat: one at a time for all replicas. */
export type AppToken = z.output<typeof appTokenSchema>;

/** The answer of both token endpoints; `expires_in` in seconds, 7200 at most as documented. */
export const appTokenAnswerSchema = z.object({
  access_token: z.string().min(1).max(1024),
  expires_in: z.coerce.number().int().min(1).max(86_400),
});

/** @param askedAt when WeChat was asked, so that its way here shortens the life rather than stretching it */
export function appTokenOf(answer: z.output<typeof appTokenAnswerSchema>, askedAt: number): AppToken {
  const livesMs = answer.expires_in * 1_000;
  // WeChat should give none that ends within five minutes; one that does must not be renewed at every call.
  const renewsInMs = livesMs > renewBeforeEndMs ? livesMs - renewBeforeEndMs : livesMs / 2;
  return { value: answer.access_token, askedAt, renewAt: askedAt + renewsInMs, expiresAt: askedAt + livesMs };
}

/** Whether an answer refuses the app token that the call carried. */
export function saysTokenRefused(answer: unknown): boolean {
  return saysOneOf(tokenRefusals, answer);
}
