import { randomBytes } from 'node:crypto';
import type { AppKind, SimulatedApp } from './apps.js';
import type { Person } from './people.js';
import type { Scope } from './scopes.js';

export const accessTokenSeconds = 7200;

const daySeconds = 24 * 60 * 60;
const mostAuthorizations = 10_000;

/** That a person let an app know him, for as long as the app's tokens last. */
export interface Authorization {
  readonly app: SimulatedApp;
  readonly person: Person;
  readonly openid: string;
  readonly unionid: string | undefined;
  readonly scope: Scope;
  accessToken: string;
  /** Milliseconds. */
  accessExpiresAt: number;
  readonly refreshToken: string;
  /** Milliseconds. */
  readonly refreshExpiresAt: number;
}

/** The user-level tokens (网页授权 access_token) in circulation; the oldest give way, expired ones are still known. */
export class UserTokens {
  private readonly byAccessToken = new Map<string, Authorization>();
  private readonly byRefreshToken = new Map<string, Authorization>();

  constructor(
    private readonly refreshTokenDays: Readonly<Record<AppKind, number>>,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.byRefreshToken.size;
  }

  issue(granted: Pick<Authorization, 'app' | 'person' | 'openid' | 'unionid' | 'scope'>): Authorization {
    const authorization = {
      ...granted,
      accessToken: newToken(),
      accessExpiresAt: this.now() + accessTokenSeconds * 1000,
      refreshToken: newToken(),
      refreshExpiresAt: this.now() + this.refreshTokenDays[granted.app.kind] * daySeconds * 1000,
    };
    this.byAccessToken.set(authorization.accessToken, authorization);
    this.byRefreshToken.set(authorization.refreshToken, authorization);
    this.dropOldest();
    return authorization;
  }

  /** A living access token lives on from now; an expired one is replaced. */
  refresh(authorization: Authorization): void {
    if (this.isAccessExpired(authorization)) {
      this.byAccessToken.delete(authorization.accessToken);
      authorization.accessToken = newToken();
      this.byAccessToken.set(authorization.accessToken, authorization);
    }
    authorization.accessExpiresAt = this.now() + accessTokenSeconds * 1000;
  }

  ofAccessToken(token: string): Authorization | undefined {
    return this.byAccessToken.get(token);
  }

  ofRefreshToken(token: string): Authorization | undefined {
    return this.byRefreshToken.get(token);
  }

  isAccessExpired({ accessExpiresAt }: Authorization): boolean {
    return accessExpiresAt <= this.now();
  }

  isRefreshExpired({ refreshExpiresAt }: Authorization): boolean {
    return refreshExpiresAt <= this.now();
  }

  private dropOldest(): void {
    const [oldest] = this.byRefreshToken.values();
    if (this.byRefreshToken.size <= mostAuthorizations || !oldest) return;
    this.byRefreshToken.delete(oldest.refreshToken);
    this.byAccessToken.delete(oldest.accessToken);
  }
}

/** 123 characters: WeChat's have about as many, and a number in front. */
function newToken(): string {
  return `71_${randomBytes(90).toString('base64url')}`;
}
