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

export const deliveryModes = ['token', 'cookie'] as const;
export type DeliveryMode = (typeof deliveryModes)[number];

/** Whether the tokens come in the body or in cookies. */
export const deliveryMode = z
  .enum(deliveryModes)
  .optional()
  .describe('cookie: HttpOnly cookies instead of tokens');

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

/** Tokens with the CSRF token that goes beside them where cookies carry them. */
export type Issued<Tokens extends RefreshedTokens> = Tokens & { csrfToken: string };

const carriedByCookies = { tokenType: true, accessToken: true, refreshToken: true } as const;

/** What the body says: the tokens, or where cookies carry them what is left without. */
export const loginAnswer = z.union([loginTokens, loginTokens.omit(carriedByCookies)]);
export const refreshAnswer = z.union([refreshedTokens, refreshedTokens.omit(carriedByCookies)]);

type Shown<Tokens extends RefreshedTokens> = Omit<Issued<Tokens>, 'csrfToken'>;

export type Delivered<Tokens extends RefreshedTokens> =
  Shown<Tokens> | Omit<Shown<Tokens>, keyof typeof carriedByCookies>;
