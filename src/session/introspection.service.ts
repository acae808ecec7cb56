import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import { AccessTokens, type AccessClaims } from './access-tokens.service.js';
import { SessionStates } from './session-states.service.js';
import { SessionEnds, type Whence } from './session-ends.service.js';
import { Sessions } from './sessions.service.js';

/** What RFC 7662 says of a token: all that counts for one that is good, nothing for any other. */
export type Introspection =
  | { active: false }
  | {
      active: true;
      token_type: 'Bearer' | 'refresh_token';
      sub: string;
      sid: string;
      role: string;
      client_id: string;
      /** Seconds since 1970. */
      exp: number;
      iat?: number;
      jti?: string;
      iss: string;
      aud: string;
    };

/** Judges and ends tokens for machines, by what kind of token it turns out to be. */
@Injectable()
export class TokenInspector {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly states: SessionStates,
    private readonly sessions: Sessions,
    private readonly ends: SessionEnds,
    private readonly config: Config,
  ) {}

  async introspect(token: string): Promise<Introspection> {
    return (await this.ofAccessToken(token)) ?? (await this.ofRefreshToken(token)) ?? { active: false };
  }

  /** Ends the session behind a token of either kind; a token that is nobody's is none of its holder's (RFC 7009, 2.2). */
  async revoke(token: string, whence: Whence): Promise<void> {
    const claims = this.claimsOf(token);
    const session = claims ? { id: claims.sid, userId: claims.sub } : await this.sessions.ownerOf(token);
    if (session) await this.ends.end(session, 'revoked', whence);
  }

  private async ofAccessToken(token: string): Promise<Introspection | undefined> {
    const claims = this.claimsOf(token);
    if (!claims) return undefined;
    const state = await refused(this.states.require(claims.sid), 'session_ended');
    if (!state) return { active: false };
    const { sub, sid, client_id, exp, iat, jti } = claims;
    const role = state.role;
    return { active: true, token_type: 'Bearer', sub, sid, role, client_id, exp, iat, jti, ...this.ours() };
  }

  private async ofRefreshToken(token: string): Promise<Introspection | undefined> {
    const session = await this.sessions.inspect(token);
    if (!session) return undefined;
    return {
      active: true,
      token_type: 'refresh_token',
      sub: session.userId,
      sid: session.id,
      role: session.role,
      client_id: session.clientId,
      exp: Math.floor(session.expiresAt / 1000),
      ...this.ours(),
    };
  }

  private claimsOf(token: string): AccessClaims | undefined {
    try {
      return this.tokens.verify(token);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  private ours(): { iss: string; aud: string } {
    return { iss: this.config.jwt.issuer, aud: this.config.jwt.audience };
  }
}

/** Nothing where the work was refused for this reason; every other failure stays one. */
async function refused<Result>(work: Promise<Result>, reason: 'session_ended'): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof AppError && error.error === reason) return undefined;
    throw error;
  }
}
