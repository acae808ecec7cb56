import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, Optional } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { Sealer } from '../platform/crypto/sealer.js';
import { AppError } from '../platform/errors/app-error.js';
import { Metrics } from '../platform/observability/metrics.js';
import type { Outcome } from '../platform/observability/metric-catalogue.js';
import { withOutcome } from '../platform/observability/with-outcome.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { MemoryStore } from '../platform/store/memory-store.js';
import { StoreUnavailableError } from '../platform/store/store-unavailable-error.js';
import { type AppToken, saysTokenRefused } from './app-token.js';
import { AppTokenEndpoint } from './app-token-endpoint.js';
import { refusalMs, SharedAppToken } from './shared-app-token.js';
import type { Verdict } from './wechat-answer.js';
import { unreachable, wechatError } from './wechat-errors.js';
import { WechatHttp } from './wechat-http.js';

const callLimitMs = 5_000;
const fetchLimitMs = 3_000;
const waitLimitMs = 5_000;
const pollMs = 50;
/** As WeChat allows. */
const forcedPerDay = 20;

/**
 * The app tokens, one an app, fetched by one replica at a time and shared through the key-value store.
 *
 * While the store does not answer: `stable` tokens are fetched by each process for itself, which is harmless, for WeChat
 * gives all of them the same one; it is never forced then, as nobody counts. `plain` ones would end each other, so that
 * a process goes on with the token it has and answers 503 once that is gone.
 */
@Injectable()
export class AppTokens {
  private readonly logger = new Logger('Wechat');
  private readonly mode: 'stable' | 'plain';
  private readonly endpoint: AppTokenEndpoint;
  /** What this process knows, so that most calls ask nobody. */
  private readonly known = new Map<string, AppToken>();
  /** What is being fetched or waited for, by app and refused token. */
  private readonly underway = new Map<string, Promise<AppToken>>();
  /** Takes the place of the shared store while that is away. */
  private readonly ownStore: KeyValueStore;

  constructor(
    private readonly store: KeyValueStore,
    private readonly sealer: Sealer,
    http: WechatHttp,
    { wechat }: Config,
    private readonly metrics: Metrics,
    @Optional() private readonly now: () => number = Date.now,
  ) {
    this.mode = wechat.appToken;
    this.endpoint = new AppTokenEndpoint(http, this.mode, now);
    this.ownStore = new MemoryStore(now);
    metrics.read('appTokenAge', () => this.ages());
  }

  /**
   * Makes a call with the app's token; where WeChat refuses the token, which consumes nothing, a second time with
   * a new one. An answer that refuses that too is returned like any other, and is `wechat_error` by its errcode.
   * @param call is given the token and the milliseconds that are left; resolves with what WeChat answered
   * @throws AppError `wechat_error` where WeChat gives no token, `wechat_unavailable`, `dependency_unavailable`, and
   *   whatever the call throws
   */
  async withToken(
    app: WechatApp,
    call: (token: string, leftMs: number) => Promise<unknown>,
    withinMs = callLimitMs,
  ): Promise<unknown> {
    const deadline = performance.now() + withinMs;
    const leftMs = () => deadline - performance.now();
    const token = await inTime(this.current(app), leftMs());
    const answer = await call(token.value, leftMs());
    if (!saysTokenRefused(answer)) return answer;
    const next = await inTime(this.replace(app, token.value), leftMs());
    return call(next.value, leftMs());
  }

  /** Renews ahead of time behind the callers' backs: they go on with what still serves. */
  private async current(app: WechatApp): Promise<AppToken> {
    const known = this.living(app.appId);
    if (!known) return this.obtain(app);
    if (known.renewAt <= this.now()) this.renewBehind(app);
    return known;
  }

  private renewBehind(app: WechatApp): void {
    this.obtain(app).catch((error: unknown) => {
      this.logger.error(`The app token of ${app.appId} could not be renewed`, error);
    });
  }

  private async replace(app: WechatApp, refused: string): Promise<AppToken> {
    if (this.known.get(app.appId)?.value === refused) this.known.delete(app.appId);
    return this.obtain(app, refused);
  }

  /** Once for all of this process that want the same. */
  private obtain(app: WechatApp, refused?: string): Promise<AppToken> {
    const key = `${app.appId} ${refused ?? ''}`;
    const underway = this.underway.get(key);
    if (underway) return underway;
    const obtaining = this.obtainOrKeep(app, refused).finally(() => this.underway.delete(key));
    this.underway.set(key, obtaining);
    return obtaining;
  }

  /** Where there is none to be had, one that still serves is kept for another while. */
  private async obtainOrKeep(app: WechatApp, refused?: string): Promise<AppToken> {
    try {
      return this.learn(app, await this.obtainSomewhere(app, refused));
    } catch (error) {
      const kept = this.living(app.appId);
      if (!(error instanceof AppError) || !kept || kept.value === refused) throw error;
      this.logger.warn(`The app token of ${app.appId} could not be renewed. ${error.message}`);
      return this.learn(app, { ...kept, renewAt: this.now() + refusalMs });
    }
  }

  private async obtainSomewhere(app: WechatApp, refused?: string): Promise<AppToken> {
    try {
      return await this.shareOrFetch(app, this.sharedIn(this.store, app, forcedPerDay), refused);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || this.mode === 'plain') throw error;
      return this.shareOrFetch(app, this.sharedIn(this.ownStore, app, 0), refused);
    }
  }

  /** What another replica has, or will have fetched soon, or what this one fetches as the only one. */
  private async shareOrFetch(app: WechatApp, shared: SharedAppToken, refused?: string): Promise<AppToken> {
    const deadline = performance.now() + waitLimitMs;
    if (refused !== undefined) await shared.drop(refused);
    while (performance.now() < deadline) {
      const owner = await shared.claim();
      try {
        const kept = await shared.read();
        const serves = kept && kept.value !== refused ? this.learn(app, kept) : undefined;
        if (serves && (owner === undefined || serves.renewAt > this.now())) return serves;
        await refuseAgain(shared);
        if (owner !== undefined)
          return await this.counted(app, () => this.fetch(app, shared, owner, refused));
      } finally {
        if (owner !== undefined) await shared.release(owner).catch(() => undefined);
      }
      await pause(pollMs);
    }
    throw unreachable('another replica did not fetch the app token in time');
  }

  private counted(app: WechatApp, fetch: () => Promise<AppToken>): Promise<AppToken> {
    const tell = (outcome: Outcome) => this.metrics.count('appTokenRefreshes', { app: app.appId, outcome });
    return withOutcome(fetch, tell);
  }

  private async fetch(
    app: WechatApp,
    shared: SharedAppToken,
    owner: string,
    refused?: string,
  ): Promise<AppToken> {
    const answer = await this.askEndpoint(app, shared, refused);
    if ('errcode' in answer) {
      await shared.keepRefusal(answer).catch(() => undefined);
      throw refusalError(answer);
    }
    // It is fetched: a store that fails now must not turn it into another error.
    await shared.keep(answer, owner).catch(() => undefined);
    return answer;
  }

  /** `stable` gives the refused token again as long as it lives: only then is it forced to give another. */
  private async askEndpoint(
    app: WechatApp,
    shared: SharedAppToken,
    refused?: string,
  ): Promise<AppToken | Verdict> {
    const deadline = performance.now() + fetchLimitMs;
    const answer = await this.endpoint.ask(app, false, fetchLimitMs);
    const isAnother = 'errcode' in answer || answer.value !== refused;
    if (isAnother || this.mode === 'plain' || !(await shared.takeForcedRefresh())) return answer;
    const forced = await this.endpoint.ask(app, true, deadline - performance.now());
    if (!('errcode' in forced)) return forced;
    this.logger.warn(`The app token of ${app.appId} could not be forced. ${refusalError(forced).message}`);
    return answer;
  }

  private sharedIn(store: KeyValueStore, app: WechatApp, forcedPerDay: number): SharedAppToken {
    return new SharedAppToken(store, this.sealer, this.now, app.appId, forcedPerDay);
  }

  private ages() {
    const living = [...this.known].filter(([, { expiresAt }]) => expiresAt > this.now());
    return living.map(([app, { askedAt }]) => ({ app, value: (this.now() - askedAt) / 1000 }));
  }

  /** What this process has, while it lives. */
  private living(appId: string): AppToken | undefined {
    const known = this.known.get(appId);
    return known && known.expiresAt > this.now() ? known : undefined;
  }

  private learn(app: WechatApp, token: AppToken): AppToken {
    this.known.set(app.appId, token);
    return token;
  }
}

/** Spares WeChat the question that it has just refused to answer, as only the operator can change that. */
async function refuseAgain(shared: SharedAppToken): Promise<void> {
  const refusal = await shared.refusal();
  if (refusal) throw refusalError(refusal);
}

function refusalError({ errcode, errmsg }: Verdict): AppError {
  return wechatError(errcode, errmsg, 'app-token');
}

/** What is waited for goes on for the others that wait for it. */
async function inTime<T>(work: Promise<T>, withinMs: number): Promise<T> {
  const timer = new AbortController();
  const late = pause(Math.max(0, withinMs), undefined, { signal: timer.signal }).then(() => {
    throw unreachable('the app token did not come in time');
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}
