import { randomBytes } from 'node:crypto';
import type { Quotas } from './quotas.js';
import { Refusal } from './refusal.js';
import { forcedRefresh, type ServerSettings } from './server-settings.js';

const lifetimeMs = 7200_000;
/** For how long a replaced token still serves, and how long before its end a stable one is renewed. */
const overlapMs = 300_000;
const forcedApartMs = 30_000;
const remembersMs = 24 * 3600_000;

const tokenShape = /^\d+_[\w-]{100,}$/;
const notLatest =
  'invalid credential, access_token is invalid or not latest, could get access_token by ' +
  'getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r';

interface AppToken {
  readonly text: string;
  readonly appId: string;
  readonly expiresAt: number;
  /** From then on a newer one has taken its place. */
  replacedAt: number;
}

export interface AppTokenAnswer {
  access_token: string;
  /** Seconds. */
  expires_in: number;
}

/** The tokens by which apps call WeChat; those of the two endpoints know nothing of each other. */
export class AppTokens {
  private readonly known = new Map<string, AppToken>();
  private readonly plainTokens = new Map<string, AppToken>();
  private readonly stableTokens = new Map<string, AppToken>();
  private readonly forcedAt = new Map<string, number>();

  constructor(
    private readonly settings: ServerSettings,
    private readonly quotas: Quotas,
    private readonly now: () => number,
  ) {}

  /** A new token; the one before serves for five minutes more. */
  plain(appId: string): AppTokenAnswer {
    return this.replace(this.plainTokens, appId, overlapMs);
  }

  /** The current token; a new one where that has five minutes left at most. */
  stable(appId: string): AppTokenAnswer {
    const current = this.stableTokens.get(appId);
    if (current && current.expiresAt - this.now() > overlapMs) return this.answer(current);
    return this.replace(this.stableTokens, appId, overlapMs);
  }

  /** A new token that ends the one before at once; throws Refusal beyond the quota of forced refreshes. */
  forced(appId: string): AppTokenAnswer {
    const sinceLastMs = this.now() - (this.forcedAt.get(appId) ?? -Infinity);
    if (sinceLastMs < forcedApartMs) {
      if (this.settings.earlyForcedRefresh === 'current-token') return this.stable(appId);
      throw new Refusal(this.settings.earlyForcedRefresh);
    }
    this.quotas.spend(appId, forcedRefresh);
    this.forcedAt.set(appId, this.now());
    return this.replace(this.stableTokens, appId, 0);
  }

  /** @throws Refusal 40014 malformed, 40001 unknown or replaced, 42001 expired */
  ownerOf(text: string): string {
    if (!tokenShape.test(text)) throw new Refusal(40014);
    const token = this.known.get(text);
    if (!token || token.replacedAt <= this.now()) throw new Refusal(40001, undefined, { words: notLatest });
    if (token.expiresAt <= this.now()) throw new Refusal(42001);
    return token.appId;
  }

  private replace(tokens: Map<string, AppToken>, appId: string, servesOnMs: number): AppTokenAnswer {
    const previous = tokens.get(appId);
    if (previous) previous.replacedAt = this.now() + servesOnMs;
    const text = `71_${randomBytes(105).toString('base64url')}`;
    const token = { text, appId, expiresAt: this.now() + lifetimeMs, replacedAt: Infinity };
    tokens.set(appId, token);
    this.forgetOld();
    this.known.set(text, token);
    return this.answer(token);
  }

  private answer({ text, expiresAt }: AppToken): AppTokenAnswer {
    return { access_token: text, expires_in: Math.floor((expiresAt - this.now()) / 1000) };
  }

  private forgetOld(): void {
    for (const [text, { expiresAt }] of this.known) {
      if (expiresAt + remembersMs > this.now()) return;
      this.known.delete(text);
    }
  }
}
