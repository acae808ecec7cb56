import { z } from 'zod';
import { deviceTypes } from '../platform/config/config.js';
import { userView } from '../users/user.view.js';

const plainText = z
  .string()
  .min(1)
  .max(128)
  .regex(/^\P{Cc}*$/u);

/** What a client may say of the device it runs on. */
export const deviceSchema = z
  .strictObject({
    id: plainText.optional().describe('Tells this device from others of the person'),
    type: z.enum(deviceTypes).optional().describe('For SESSION_LIMITS; absent: by the door, else other'),
    name: plainText.optional().describe('As the person knows it, in the list of sessions'),
  })
  .describe('What the login is made on');

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
  tokenType: z.literal('Bearer').describe('How the access token is sent: Authorization: Bearer'),
  accessToken: z.string().describe('A JWT that any backend verifies by JWKS'),
  expiresIn: z.int().describe('Seconds for which the access token is good'),
  refreshToken: z.string().describe('Opaque; each serves once'),
  refreshExpiresIn: z.int().describe('Seconds for which the refresh token is good'),
  sessionId: z.string().describe('As `sid` in the access token'),
});

/** Tokens as a login gives them. */
export const loginTokens = refreshedTokens.extend({
  isNewUser: z.boolean().describe('Whether this login made the user'),
  user: userView,
});

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
