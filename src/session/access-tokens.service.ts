import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import type { SigningKey } from './signing-key.js';
import { SigningKeys } from './signing-keys.service.js';

/** What our access tokens say, beside iss and aud. Times are seconds since 1970 UTC. */
export interface AccessClaims {
  sub: string;
  sid: string;
  role: string;
  client_id: string;
  iat: number;
  exp: number;
  jti: string;
}

/** What a token is issued for. */
export interface TokenSubject {
  userId: string;
  sessionId: string;
  role: string;
  clientId: string;
  /** Milliseconds; no token outlives its session. */
  sessionExpiresAt: number;
}

const maxLength = 4096;
const rememberedTokens = 10_000;
const form = /^[\w-]{1,1024}\.[\w-]{1,3072}\.[\w-]{86,683}$/;
/** RFC 9068: says that this JWT is an access token, so that no other kind is taken for one. */
const accessTokenType = 'at+jwt';

const headerSchema = z.object({
  alg: z.string(),
  kid: z.string(),
  typ: z.string(),
  // Headers that would point elsewhere for the key, or change how the token is read.
  jku: z.never().optional(),
  jwk: z.never().optional(),
  x5u: z.never().optional(),
  x5c: z.never().optional(),
  crit: z.never().optional(),
  zip: z.never().optional(),
  b64: z.never().optional(),
});

const claimsSchema = z.object({
  sub: z.string(),
  sid: z.string(),
  role: z.string(),
  client_id: z.string(),
  iat: z.number(),
  exp: z.number(),
  jti: z.string(),
});

/**
 * Issues and verifies access tokens: JWTs (RFC 9068), one algorithm per key.
 *
 * `at+jwt` is always accepted, as nothing but an access token calls itself so; plain `JWT` only where JWT_TYP asks for
 * it, as any other JWT that is ever signed with these keys would bear it too. So a change to `JWT` refuses no token of
 * this process, and the way back costs each client one refresh.
 */
@Injectable()
export class AccessTokens {
  /** Tokens whose signature was good; whether their session still stands is asked elsewhere, each time. */
  private readonly verified = new LRUCache<string, AccessClaims>({ max: rememberedTokens });
  private readonly types: Set<string>;

  constructor(
    private readonly keys: SigningKeys,
    private readonly config: Config,
  ) {
    this.types = new Set([accessTokenType, config.jwt.typ]);
    keys.onRemoved(() => this.verified.clear());
  }

  issue(subject: TokenSubject): { accessToken: string; expiresIn: number } {
    const now = Date.now();
    const iat = Math.floor(now / 1000);
    const exp = Math.floor(Math.min(now + this.config.jwt.accessTtlMs, subject.sessionExpiresAt) / 1000);
    const claims: AccessClaims = {
      sub: subject.userId,
      sid: subject.sessionId,
      role: subject.role,
      client_id: subject.clientId,
      iat,
      exp,
      jti: randomBytes(12).toString('base64url'),
    };
    return { accessToken: this.keys.current.jwt.sign(claims), expiresIn: Math.max(0, exp - iat) };
  }

  /** @throws AppError token_invalid, token_expired */
  verify(token: string): AccessClaims {
    const claims = this.verified.get(token) ?? this.verifyAnew(token);
    if (claims.exp * 1000 > Date.now()) return claims;
    this.verified.delete(token);
    throw new AppError('token_expired');
  }

  private verifyAnew(token: string): AccessClaims {
    if (token.length > maxLength || !form.test(token)) throw new AppError('token_invalid');
    const claims = verifySignature(this.keyOf(token), token);
    this.verified.set(token, claims);
    return claims;
  }

  private keyOf(token: string): SigningKey {
    const { data: header } = headerSchema.safeParse(decodePart(token.slice(0, token.indexOf('.'))));
    const key = header && this.types.has(header.typ) ? this.keys.find(header.kid) : undefined;
    if (!key || key.algorithm !== header?.alg || !isCanonical(token, key))
      throw new AppError('token_invalid');
    return key;
  }
}

/** One signature has several spellings in base64url; only one of them is remembered or refused. */
function isCanonical(token: string, { signatureBytes }: SigningKey): boolean {
  const text = token.slice(token.lastIndexOf('.') + 1);
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === signatureBytes && bytes.toString('base64url') === text;
}

function verifySignature({ jwt }: SigningKey, token: string): AccessClaims {
  try {
    return claimsSchema.parse(jwt.verify(token));
  } catch (error) {
    const expired = error instanceof Error && error.name === 'TokenExpiredError';
    throw new AppError(expired ? 'token_expired' : 'token_invalid');
  }
}

function decodePart(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
