import { z } from 'zod';
import { parseEncryptionKeys, parseSessionLimits } from './formats.js';
import { duration, positiveDuration, text, variable, type Variable } from './variable.js';

/** How long a login lasts, and what proves it. */
export const tokenVariables = {
  JWT_ISSUER: variable(text, {
    example: 'https://login.example.com',
    about: 'iss of access tokens; PUBLIC_URL when unset',
  }),
  JWT_AUDIENCE: variable(text, { default: 'wxpass', example: 'wxpass', about: 'aud of access tokens' }),
  JWT_ALGORITHM: variable(z.enum(['ES256', 'RS256']), {
    default: 'ES256',
    example: 'RS256',
    about: 'Algorithm of new signing keys',
  }),
  JWT_TYP: variable(z.enum(['at+jwt', 'JWT']), {
    default: 'at+jwt',
    example: 'JWT',
    about: "typ of access tokens; JWT for verifiers that refuse at+jwt (Spring's default)",
  }),
  SIGNING_KEYS_FILE: variable(text, {
    example: '/run/secrets/signing-keys.json',
    about: 'A JWK set with private keys, the first signs; generated and sealed in the database when unset',
  }),
  ACCESS_TOKEN_TTL: variable(positiveDuration, {
    default: '15m',
    example: '15m',
    about: 'Life of an access token',
  }),
  REFRESH_TOKEN_TTL: variable(positiveDuration, {
    default: '30d',
    example: '30d',
    about: 'Life of a refresh token; starts anew at each rotation',
  }),
  SESSION_MAX_TTL: variable(positiveDuration, {
    default: '180d',
    example: '180d',
    about: 'Absolute end of a session, however often it is refreshed',
  }),
  SESSION_LIMITS: variable(z.string().transform(parseSessionLimits), {
    default: 'mobile=0,web=2,desktop=1,mini-program=0',
    example: 'mobile=1,web=2,desktop=1,mini-program=0',
    about: 'Sessions a user may have at once by type of device, 0 or absent: any number; the oldest ends',
  }),
  REFRESH_GRACE: variable(duration, {
    default: '30s',
    example: '30s',
    about: 'How long the direct predecessor of a refresh token still gets the same successor',
  }),
  FRESH_LOGIN: variable(positiveDuration, {
    default: '5m',
    example: '5m',
    about: 'How old the login may be that dangerous acts demand',
  }),
  UNION_MERGE: variable(z.enum(['auto', 'refuse'], 'must be auto or refuse'), {
    default: 'auto',
    example: 'refuse',
    about: 'Whether two users whom a unionid proves to be one person are made one, or refused with 409',
  }),
  ENCRYPTION_KEYS: variable(z.string().transform(parseEncryptionKeys), {
    secret: true,
    example: 'k1:the base64 of 32 random bytes (openssl rand -base64 32)',
    about: 'id:base64,… the first seals, all open; generated under data/ in development',
  }),
} satisfies Record<string, Variable>;
