import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import type { UserEntity } from './user.entity.js';

const time = z.iso.datetime();

/** What a person sees of the own account. */
export const userView = z.object({
  id: z.string(),
  username: z.string().nullable(),
  nickname: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable().describe('Masked: 138****0000; of other countries +852 ****0000'),
  gender: z.string().nullable(),
  country: z.string().nullable(),
  province: z.string().nullable(),
  city: z.string().nullable(),
  language: z.string().nullable(),
  role: z.enum(['user', 'admin', 'auditor']),
  status: z.enum(['active', 'locked']),
  profileComplete: z
    .boolean()
    .describe("Whether there is a nickname and an avatar; WeChat's placeholders are none"),
  createdAt: time,
  lastLoginAt: time,
});

export type UserView = z.infer<typeof userView>;

/** A user as a plain statement gives it: the entity's fields, big integers perhaps as text. */
export type UserRow = Omit<UserEntity, 'createdAt' | 'lastLoginAt'> & {
  createdAt: number | string;
  lastLoginAt: number | string;
};

export function toUserView(user: UserRow): UserView {
  return {
    id: user.id,
    username: user.username,
    nickname: user.nickname,
    avatarUrl: user.avatarUrl,
    email: user.email,
    phone: user.phoneMasked,
    gender: user.gender,
    country: user.country,
    province: user.province,
    city: user.city,
    language: user.language,
    role: user.role,
    status: user.status === 'locked' ? 'locked' : 'active',
    profileComplete: user.nickname !== null && user.avatarUrl !== null,
    createdAt: isoTime(user.createdAt),
    lastLoginAt: isoTime(user.lastLoginAt),
  };
}
