import { z } from 'zod';
import { newPassword, username } from '../../users/password-account.schemas.js';
import { userExample } from '../../users/user.examples.js';
import { loginTokensExample } from '../login.examples.js';
import { deliveryMode, deviceSchema, type LoginTokens } from '../login.schemas.js';

export const registerBody = z.strictObject({
  username,
  password: newPassword,
  email: z.email().max(254).optional().describe('Unverified: it never identifies'),
  device: deviceSchema.optional(),
  mode: deliveryMode,
});
export type RegisterBody = z.infer<typeof registerBody>;

export const registerExample: z.input<typeof registerBody> = {
  username: 'ada.lovelace',
  password: 'notes on the engine, 1843',
  email: 'ada@example.com',
};

/** What one may have is asked at the registration: whatever else is typed here is a wrong password. */
export const loginBody = z.strictObject({
  username: z.string().min(1).max(256).describe('In any spelling that looks the same'),
  password: z.string().min(1).max(1024).describe('As it was set: nothing is trimmed or folded'),
  device: deviceSchema.optional(),
  mode: deliveryMode,
});
export type LoginBody = z.infer<typeof loginBody>;

export const loginExample: z.input<typeof loginBody> = {
  username: registerExample.username,
  password: registerExample.password,
  device: { type: 'web', name: 'Laptop' },
};

export const newAccountExample: LoginTokens = {
  ...loginTokensExample,
  isNewUser: true,
  user: {
    ...userExample,
    username: registerExample.username,
    nickname: null,
    avatarUrl: null,
    email: registerExample.email ?? null,
    phone: null,
    profileComplete: false,
  },
};
