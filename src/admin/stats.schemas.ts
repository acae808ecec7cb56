import { z } from 'zod';
import { wechatAppKinds } from '../platform/config/wechat-app.js';
import { moment } from './moment.schemas.js';

const dayMs = 86_400_000;

/** Milliseconds of one part, and of the longest range in such parts. */
export const intervals = {
  hour: { partMs: dayMs / 24, longestMs: 31 * dayMs },
  day: { partMs: dayMs, longestMs: 400 * dayMs },
};
const defaultDays = 7;

/** A range that consists of whole parts; milliseconds since 1970. */
export interface StatsRange {
  from: number;
  to: number;
  interval: keyof typeof intervals;
}

/** Which time is asked about, in which parts. */
export const statsQuery = z
  .strictObject({
    from: moment.optional().describe('ISO 8601; the part of this moment included. Seven days before `to`'),
    to: moment.optional().describe('ISO 8601; the part of the moment before included. Now'),
    interval: z
      .enum(['hour', 'day'])
      .default('day')
      .describe('An hour, of 31 days at most; or a day in UTC, of 400 days at most'),
  })
  .transform(toRange);

/** What was given, in whole parts. */
function toRange(
  given: { from?: number | undefined; to?: number | undefined; interval: StatsRange['interval'] },
  context: z.core.$RefinementCtx,
): StatsRange {
  const { partMs, longestMs } = intervals[given.interval];
  const end = given.to ?? Date.now();
  const to = Math.ceil(end / partMs) * partMs;
  const from = Math.floor((given.from ?? to - defaultDays * dayMs) / partMs) * partMs;
  const isBackwards = given.from !== undefined && given.from >= end;
  const problem = isBackwards ? 'must be before `to`' : tooLong(to - from, longestMs);
  if (problem === undefined) return { from, to, interval: given.interval };
  context.addIssue({ code: 'custom', path: ['from'], message: problem });
  return z.NEVER;
}

function tooLong(lengthMs: number, longestMs: number): string | undefined {
  return lengthMs > longestMs ? `must be ${longestMs / dayMs} days before \`to\` at most` : undefined;
}

export const statsView = z.object({
  from: z.iso.datetime().describe('When the first part begins'),
  to: z.iso.datetime().describe('Not included'),
  interval: z.enum(['hour', 'day']).describe('How long a part is'),
  logins: z
    .array(
      z.object({
        at: z.iso.datetime().describe('When the hour or the day begins'),
        appId: z
          .string()
          .nullable()
          .describe('`wxpass` for passwords; null where the attempt came to no door'),
        door: z
          .enum([...wechatAppKinds, 'password', 'unknown'])
          .describe('`unknown` for apps of former times'),
        outcome: z.enum(['success', 'failure']).describe('How they ended'),
        count: z.int().positive().describe('How many'),
      }),
    )
    .describe('Oldest first; nothing is said of where nothing happened'),
  activeSessions: z.int().nonnegative().describe('Some seconds ago, or longer where there are millions'),
  users: z
    .object({
      active: z.int().nonnegative().describe('How many may log in'),
      locked: z.int().nonnegative().describe('How many may not'),
    })
    .describe('Some seconds ago, or longer where there are millions'),
});

export type StatsView = z.infer<typeof statsView>;
export type Door = StatsView['logins'][number]['door'];
