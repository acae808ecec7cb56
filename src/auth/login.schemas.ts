import { z } from 'zod';
import { deviceTypes } from '../platform/config/config.js';
import { userView } from '../users/user.view.js';

const plainText = z
  .string()
  .min(1)
  .max(128)
  .regex(/^\P{Cc}*$/u);

/** What a client may say of the device it runs on. */
export const deviceSchema = z.strictObject({
  id: plainText.optional(),
  type: z.enum(deviceTypes).optional(),
  name: plainText.optional(),
});

export type DeviceInput = z.infer<typeof deviceSchema>;

/** Tokens as a refresh gives them. */
export const refreshedTokens = z.object({
  tokenType: z.literal('Bearer'),
  accessToken: z.string().describe('A JWT that any backend verifies by JWKS'),
  expiresIn: z.int().describe('Seconds'),
  refreshToken: z.string().describe('Opaque; each serves once'),
  refreshExpiresIn: z.int().describe('Seconds'),
  sessionId: z.string(),
});

/** Tokens as a login gives them. */
export const loginTokens = refreshedTokens.extend({ isNewUser: z.boolean(), user: userView });

export type RefreshedTokens = z.infer<typeof refreshedTokens>;
export type LoginTokens = z.infer<typeof loginTokens>;
