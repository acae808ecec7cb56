import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import { roles, type UserEntity } from './user.entity.js';

const time = z.iso.datetime();

/** What a person sees of the own account. */
export const userView = z.object({
  id: z.string().describe('As `sub` in the access token'),
  username: z.string().nullable().describe('As it was chosen; null for who has no password'),
  nickname: z.string().nullable().describe('Chosen, or what WeChat said; never its placeholder'),
  avatarUrl: z.string().nullable().describe('https; chosen, or what WeChat said'),
  email: z.string().nullable().describe('Unverified: it never identifies'),
  phone: z.string().nullable().describe('Masked: 138****0000; of other countries +852 ****0000'),
  gender: z.string().nullable().describe('`male`, `female` or `other`'),
  country: z.string().nullable().describe('As WeChat said'),
  province: z.string().nullable().describe('As WeChat said'),
  city: z.string().nullable().describe('As WeChat said'),
  language: z.string().nullable().describe('A language tag such as zh_CN'),
  role: z.enum(roles).describe('What the user may do beside what all may'),
  status: z.enum(['active', 'locked']).describe('Who is locked has no session and gets none'),
  profileComplete: z
    .boolean()
    .describe("Whether there is a nickname and an avatar; WeChat's placeholders are none"),
  createdAt: time.describe('When the user came first'),
  lastLoginAt: time.describe('When the user came last; refreshes do not count'),
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
