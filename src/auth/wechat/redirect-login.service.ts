import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config } from '../../platform/config/config.js';
import type { WechatAppKind } from '../../platform/config/wechat-app.js';
import { hashSecret, sameText } from '../../platform/crypto/secrets.js';
import { AppError } from '../../platform/errors/app-error.js';
import { whenceOf } from '../../platform/http/client-address.js';
import { toAppError } from '../../platform/http/to-app-error.js';
import { FreshLogin } from '../../session/fresh-login.service.js';
import { SessionStates } from '../../session/session-states.service.js';
import { IdentityLinks } from '../../users/identity-links.service.js';
import { Users } from '../../users/users.service.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import type { WechatProof } from '../../wechat/wechat-channel.js';
import { WechatChannels } from '../../wechat/wechat-channels.js';
import { LoginCodes } from '../login-codes.service.js';
import { LoginGate } from '../login-gate.service.js';
import type { Issued, LoginTokens } from '../login.schemas.js';
import { LoginService } from '../login.service.js';
import { consumedSomething, Once } from '../once.service.js';
import { withQuery } from '../../platform/http/return-to.service.js';
import { visitOf } from '../visit.js';
import { LoginStates, type FoundState, type Journey } from './login-states.service.js';
import type { ExchangeOptions } from './wechat.strategy.js';

/** What WeChat sends a browser back with. */
export interface Callback {
  kind: WechatAppKind;
  state: string;
  /** Absent where the person refused. */
  code?: string;
}

/** How a callback ends: the browser goes on somewhere, or is logged in here. */
export type CallbackOutcome =
  { redirectTo: string; userId?: string } | { tokens: Issued<LoginTokens>; mode?: 'token' | 'cookie' };

/** Has Passport exchange the code. */
export type Exchange = (options: ExchangeOptions) => Promise<WechatProof>;

/** Sends a browser to WeChat and takes it back, exactly once. */
@Injectable()
export class RedirectLogin {
  constructor(
    private readonly config: Config,
    private readonly apps: WechatApps,
    private readonly channels: WechatChannels,
    private readonly states: LoginStates,
    private readonly once: Once,
    private readonly gate: LoginGate,
    private readonly login: LoginService,
    private readonly loginCodes: LoginCodes,
    private readonly links: IdentityLinks,
    private readonly freshLogin: FreshLogin,
    private readonly users: Users,
    private readonly sessions: SessionStates,
  ) {}

  /** WeChat's page for this journey, to which the browser goes. */
  async begin(browser: string, journey: Journey): Promise<string> {
    return this.authorizeUrl(journey, await this.states.begin(browser, journey));
  }

  /**
   * @param browser its cookie
   * @throws AppError state_invalid, and what the login throws where it began without a returnTo
   */
  async complete(
    request: FastifyRequest,
    browser: string | undefined,
    callback: Callback,
    exchange: Exchange,
  ): Promise<CallbackOutcome> {
    const found = await this.states.find(callback.state);
    const own = isOwn(found, browser, callback.kind) ? found : undefined;
    const name = found?.record.link ? undefined : callback.kind;
    const linksTo = own?.record.link?.userId;
    try {
      return await this.gate.passRedirect(
        request,
        { name, appId: found?.record.appId, linksTo },
        async () => {
          if (!own) throw new AppError('state_invalid');
          return this.settle(request, own, callback, exchange);
        },
      );
    } catch (error) {
      const returnTo = own?.record.returnTo;
      if (returnTo === undefined) throw error;
      return { redirectTo: withQuery(returnTo, { error: toAppError(error).error }) };
    }
  }

  private settle(
    request: FastifyRequest,
    found: FoundState,
    { code = '' }: Callback,
    exchange: Exchange,
  ): Promise<CallbackOutcome> {
    const occasion = { key: `callback:${found.key}`, request: code, otherRequest: 'state_invalid' as const };
    return this.once.do(
      occasion,
      () => this.spendAndArrive(request, found, code, exchange),
      (outcome) => this.requireStillGood(outcome),
    );
  }

  private async spendAndArrive(
    request: FastifyRequest,
    found: FoundState,
    code: string,
    exchange: Exchange,
  ): Promise<CallbackOutcome> {
    if ((await this.states.spend(found)) === 'abandoned') return this.beginAgain(found);
    try {
      const outcome = await this.arrive(request, found.record, code, exchange);
      await this.states.finish(found);
      return outcome;
    } catch (error) {
      return this.recover(found, error);
    }
  }

  private async arrive(
    request: FastifyRequest,
    journey: Journey,
    code: string,
    exchange: Exchange,
  ): Promise<CallbackOutcome> {
    if (code === '') throw new AppError('access_denied');
    const { kind, appId, link, returnTo } = journey;
    const app = this.apps.find(kind, appId);
    const proof = await exchange({ channel: this.channels.get(kind), app, code });
    if (link && returnTo !== undefined) {
      await this.sessions.require(link.sessionId);
      const { isNew } = await this.links.link(link.userId, proof, whenceOf(request), (manager) =>
        this.freshLogin.requireWithin(manager, link),
      );
      if (!isNew) await this.freshLogin.renew(link.sessionId);
      return { redirectTo: withQuery(returnTo, { linked: kind }), userId: link.userId };
    }
    const visit = visitOf(request, undefined);
    if (returnTo === undefined)
      return { tokens: await this.login.logInByWechat(proof, visit), mode: journey.mode };
    const grant = await this.login.grantByWechat(proof, visit);
    const loginCode = await this.loginCodes.issue({ ...grant, codeChallenge: journey.codeChallenge });
    return { redirectTo: withQuery(returnTo, { loginCode }), userId: grant.userId };
  }

  /** Where WeChat could not be asked, the same callback may try again; where that finds the code spent, it begins anew. */
  private async recover(found: FoundState, error: unknown): Promise<CallbackOutcome> {
    const known = toAppError(error);
    if (!consumedSomething(known)) {
      await this.states.giveBack(found);
      throw error;
    }
    if (found.record.retried && known.error === 'wechat_code_used') return this.beginAgain(found);
    await this.states.finish(found);
    throw error;
  }

  /** Once only: who comes back in vain a second time is told. */
  private async beginAgain(found: FoundState): Promise<CallbackOutcome> {
    await this.states.finish(found);
    if (found.record.again) throw new AppError('wechat_code_used');
    const { state, journey } = await this.states.beginAgain(found);
    return { redirectTo: this.authorizeUrl(journey, state) };
  }

  private async requireStillGood(outcome: CallbackOutcome): Promise<void> {
    if ('tokens' in outcome) await this.login.requireStillGood(outcome.tokens);
    else if (outcome.userId !== undefined) await this.users.requireActive(outcome.userId).catch(endedIfGone);
  }

  private authorizeUrl({ kind, appId, scope, lang }: Journey, state: string): string {
    const redirectUri = `${this.config.publicUrl}/api/v1/auth/wechat/${kind}/callback`;
    const app = this.apps.find(kind, appId);
    return this.channels.redirecting(kind).authorizeUrl(app, { redirectUri, state, scope, lang });
  }
}

/** Only the browser that began may come back, and by its door; whoever else shows the state does not use it up. */
function isOwn(found: FoundState | undefined, browser: string | undefined, kind: WechatAppKind): boolean {
  if (found?.record.kind !== kind || browser === undefined) return false;
  return sameText(hashSecret(browser), found.record.browser);
}

/** Who has been erased or has become another since is nobody to whom a login could be repeated. */
function endedIfGone(error: unknown): never {
  throw error instanceof AppError && error.error === 'not_found' ? new AppError('session_ended') : error;
}
