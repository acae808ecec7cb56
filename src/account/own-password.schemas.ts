import { z } from 'zod';
import { newPassword, username } from '../users/password-account.schemas.js';

export const passwordBody = z.strictObject({
  currentPassword: z.string().min(1).max(1024).optional().describe('Of whoever has a password'),
  newPassword,
  username: username.optional().describe('Of whoever has none: the name to log in by'),
});

export type PasswordInput = z.infer<typeof passwordBody>;

export const passwordExample: z.input<typeof passwordBody> = {
  currentPassword: 'notes on the engine, 1843',
  newPassword: 'the engine weaves algebraic patterns',
};
