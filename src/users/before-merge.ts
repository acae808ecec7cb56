import { z } from 'zod';
import type { UserEntity } from './user.entity.js';

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
  'chosen',
] as const;

const text = z.string().nullable();
const part = z.object({
  status: z.enum(['active', 'locked']),
  ...Object.fromEntries(inheritedFields.map((field) => [field, text])),
}) as unknown as z.ZodType<UserPart>;

export type UserPart = Pick<UserEntity, (typeof inheritedFields)[number]> & { status: 'active' | 'locked' };

/** What two users were before they became one. */
export const beforeMerge = z.object({
  survivor: part,
  merged: part,
  /** What the survivor became by it: what it changed itself since then stands. */
  inherited: z.record(z.string(), text),
  /** Those that moved. */
  identityIds: z.array(z.string()),
  unionids: z.array(z.string()),
  /** The identity whose unionid came late and proved it. */
  filledIdentityId: z.string(),
});

export type BeforeMerge = z.infer<typeof beforeMerge>;

export function partOf(user: UserEntity): UserPart {
  const values = inheritedFields.map((field) => [field, user[field]]);
  return { ...Object.fromEntries(values), status: user.status } as UserPart;
}
