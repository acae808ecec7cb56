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
  survivor: z.object({ status, chosen: z.string() }),
  merged: z.object({ status, username: z.string().nullable() }),
  /** What the survivor took over; the other's row still has it. */
  inherited: z.array(z.enum(inheritedFields)),
  /** Those that moved. */
  identityIds: z.array(z.string()),
  unionids: z.array(z.string()),
  /** The identity whose unionid came late and proved it; null where an operator said so. */
  filled: z.object({ identityId: z.string(), unionidStatus: z.enum(unionidStatuses) }).nullable(),
});

export type BeforeMerge = z.infer<typeof beforeMerge>;
