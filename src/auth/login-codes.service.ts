import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { hashSecret } from '../platform/crypto/secrets.js';
import { AppError } from '../platform/errors/app-error.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';

/** How long a login code serves. */
export const loginCodeMs = 60_000;
const tries = 5;

const grantSchema = z.object({
  userId: z.string(),
  isNewUser: z.boolean(),
  via: z.string(),
  clientId: z.string(),
  codeChallenge: z.string().optional(),
  /** A live session that begets another: it must still stand, and the other proves no more than it did. */
  parent: z
    .object({
      sessionId: z.string(),
      authenticatedAt: z.number(),
      maxExpiresAt: z.number(),
      /** Whether the other ends with it; another device stays logged in. */
      takesAlong: z.boolean().optional(),
    })
    .optional(),
});

/** Who may log in with a login code, and what is known of the login that it carries. */
export type LoginGrant = z.infer<typeof grantSchema>;

/** Login codes carry a login back to the page that began it: each serves once, for a minute. */
@Injectable()
export class LoginCodes {
  constructor(private readonly store: KeyValueStore) {}

  async issue(grant: LoginGrant): Promise<string> {
    const code = randomBytes(32).toString('base64url');
    await this.store.set(keyOf(code), JSON.stringify(grant), loginCodeMs);
    return code;
  }

  /**
   * Takes what a code stands for: of all who show it at once, one does. A wrong verifier does not use the code up, five do.
   * @throws AppError login_code_invalid
   */
  async take(code: string, codeVerifier: string | undefined): Promise<LoginGrant> {
    const key = keyOf(code);
    const stored = await this.store.get(key);
    if (stored === null) throw new AppError('login_code_invalid');
    const grant = grantSchema.parse(JSON.parse(stored));
    await this.requireVerifier(key, grant, codeVerifier);
    if (!(await this.store.compareAndSet(key, stored, null, loginCodeMs))) {
      throw new AppError('login_code_invalid');
    }
    return grant;
  }

  /** Whether the code may still be exchanged. */
  async stands(code: string): Promise<boolean> {
    return (await this.store.get(keyOf(code))) !== null;
  }

  /** Takes back a code that nobody was given. */
  async revoke(code: string): Promise<void> {
    await this.store.delete(keyOf(code));
  }

  /** A try is counted before it is looked at, so that parallel guesses cannot overrun. */
  private async requireVerifier(key: string, grant: LoginGrant, verifier: string | undefined): Promise<void> {
    const { codeChallenge } = grant;
    if (codeChallenge === undefined && verifier === undefined) return;
    // Whoever shows a verifier for a code without a challenge was handed another's code (RFC 9700, 4.8.2).
    if (codeChallenge === undefined) throw new AppError('login_code_invalid');
    // The window outlives the code, so who comes after five tries comes too late for good.
    const { allowed } = await this.store.slide(`${key}:tries`, tries, 2 * loginCodeMs);
    if (!allowed || !matches(verifier ?? '', codeChallenge)) throw new AppError('login_code_invalid');
  }
}

function keyOf(code: string): string {
  return `login-code:${hashSecret(code)}`;
}

function matches(verifier: string, challenge: string): boolean {
  const given = createHash('sha256').update(verifier).digest();
  const expected = Buffer.from(challenge, 'base64url');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
