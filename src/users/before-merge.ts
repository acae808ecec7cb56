import { z } from 'zod';
import { unionidStatuses } from './wechat-identity.entity.js';

/** What a survivor takes from the other where it has nothing of its own. */
export const inheritedFields = [
  'nickname',
  'avatarUrl',
  'email',
  'gender',
  'country',
  'province',
  'city',
  'language',
  'username',
  'phoneMasked',
  'phoneSealed',
] as const;
export type InheritedField = (typeof inheritedFields)[number];

const status = z.enum(['active', 'locked']);

/** What two users were before they became one, as far as the rows of the two do not say it any more. */
export const beforeMerge = z.object({
  survivor: z
    .object({
      status: status.describe('Of then'),
      chosen: z.string().describe('The fields that WeChat never overwrote'),
    })
    .describe('The older user'),
  merged: z
    .object({
      status: status.describe('Of then'),
      username: z.string().nullable().describe('The name to log in by'),
    })
    .describe('The younger user'),
  inherited: z
    .array(z.enum(inheritedFields))
    .describe('What the survivor took over; the row of the other still has it'),
  identityIds: z.array(z.string()).describe('The ways in that moved'),
  unionids: z.array(z.string()).describe('Those that moved'),
  filled: z
    .object({
      identityId: z.string().describe('Which'),
      unionidStatus: z.enum(unionidStatuses).describe('What was said of its unionid before'),
    })
    .nullable()
    .describe('The identity whose unionid came late and proved it; null where an operator said so'),
});

export type BeforeMerge = z.infer<typeof beforeMerge>;
