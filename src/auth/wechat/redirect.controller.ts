import { applyDecorators, Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';
import { z } from 'zod';
import { Config } from '../../platform/config/config.js';
import type { WechatAppKind } from '../../platform/config/wechat-app.js';
import { ApiAnswer, ApiErrors, ApiRedirect } from '../../platform/http/openapi.js';
import { Public } from '../../platform/http/public.decorator.js';
import { wechatAppId } from '../../wechat/wechat-app-id.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import { BrowserCookie } from '../cookies/browser-cookie.service.js';
import { loginTokensExample } from '../login.examples.js';
import { deliveryMode, loginAnswer, type Delivered, type LoginTokens } from '../login.schemas.js';
import { codeChallengeText, ReturnTo, returnToText } from '../../platform/http/return-to.service.js';
import { TokenDelivery } from '../token-delivery.service.js';
import type { Journey } from './login-states.service.js';
import { RedirectLogin, type CallbackOutcome } from './redirect-login.service.js';
import { callbackQuery, Outcome, WechatCallback } from './wechat-callback.guard.js';

const authorizeQuery = z.object({
  appId: wechatAppId(),
  returnTo: returnToText.optional(),
  codeChallenge: codeChallengeText.optional(),
  mode: deliveryMode,
});
const websiteQuery = authorizeQuery.extend({
  lang: z.enum(['cn', 'en']).optional().describe("Language of WeChat's page"),
});
const officialAccountQuery = authorizeQuery.extend({
  scope: z
    .enum(['snsapi_base', 'snsapi_userinfo'])
    .default('snsapi_base')
    .describe('snsapi_base asks silently; snsapi_userinfo asks for the profile and gives a unionid'),
});

const returnToErrors = ['invalid_request', 'unknown_app', 'return_to_not_allowed', 'pkce_required'] as const;
const callbackErrors = [
  'invalid_request',
  'state_invalid',
  'access_denied',
  'snapshot_user',
  'identity_conflict',
  'user_locked',
  'session_ended',
  'blocked',
  'wechat_code_invalid',
  'wechat_code_used',
  'wechat_user_blocked',
  'wechat_error',
  'wechat_unavailable',
] as const;

/** Documents a door that sends a browser to a page of WeChat. */
const ApiAuthorize = (operationId: string, summary: string, page: string) =>
  applyDecorators(
    ApiErrors(...returnToErrors),
    ApiRedirect(302, "WeChat's page", `https://open.weixin.qq.com/connect/${page}?appid=…#wechat_redirect`),
    ApiOperation({ operationId, summary }),
  );

/** Documents a door that takes the browser back. */
const ApiCallback = (operationId: string) =>
  applyDecorators(
    ApiErrors(...callbackErrors),
    ApiSecurity('browserCookie'),
    ApiAnswer(200, loginAnswer, loginTokensExample, ['Set-Cookie']),
    ApiRedirect(
      303,
      'returnTo with loginCode or error, else the home page',
      'https://app.example.com/?loginCode=…',
    ),
    ApiOperation({ operationId, summary: 'WeChat sends the browser back here' }),
  );

/** The doors that send a browser to WeChat and take it back. */
@ApiTags('Logging in')
@Controller('api/v1/auth/wechat')
export class RedirectController {
  private readonly home: string;

  constructor(
    config: Config,
    private readonly apps: WechatApps,
    private readonly returnTo: ReturnTo,
    private readonly browser: BrowserCookie,
    private readonly redirects: RedirectLogin,
    private readonly delivery: TokenDelivery,
  ) {
    this.home = `${new URL(config.publicUrl).pathname.replace(/\/$/, '')}/`;
  }

  @Public()
  @Get('website/authorize')
  @ApiAuthorize('authorizeWebsite', "Sends a browser to WeChat's QR page", 'qrconnect')
  authorizeWebsite(
    @Query({ schema: websiteQuery }) query: z.infer<typeof websiteQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.authorize('website', query, request, reply);
  }

  @WechatCallback('website')
  @Get('website/callback')
  @ApiCallback('finishWebsite')
  finishWebsite(
    @Query({ schema: callbackQuery }) _query: z.infer<typeof callbackQuery>,
    @Outcome() outcome: CallbackOutcome,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<LoginTokens> | undefined> {
    return this.finish(outcome, request, reply);
  }

  @Public()
  @Get('official-account/authorize')
  @ApiAuthorize('authorizeOfficialAccount', 'Asks a person inside WeChat for consent', 'oauth2/authorize')
  authorizeOfficialAccount(
    @Query({ schema: officialAccountQuery }) query: z.infer<typeof officialAccountQuery>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.authorize('official-account', query, request, reply);
  }

  @WechatCallback('official-account')
  @Get('official-account/callback')
  @ApiCallback('finishOfficialAccount')
  finishOfficialAccount(
    @Query({ schema: callbackQuery }) _query: z.infer<typeof callbackQuery>,
    @Outcome() outcome: CallbackOutcome,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<LoginTokens> | undefined> {
    return this.finish(outcome, request, reply);
  }

  private async authorize(
    kind: WechatAppKind,
    { returnTo, ...query }: Omit<Journey, 'kind' | 'appId'> & { appId?: string },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const { appId } = this.apps.find(kind, query.appId);
    const place = returnTo === undefined ? undefined : this.returnTo.require(returnTo, query);
    const journey = { ...query, kind, appId, returnTo: place };
    const url = await this.redirects.begin(this.browser.ensure(request, reply), journey);
    await reply.header('cache-control', 'no-store').redirect(url, 302);
  }

  /** Browsers that want a page get cookies and the home page; whoever reads JSON gets the tokens. */
  private async finish(
    outcome: CallbackOutcome,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Delivered<LoginTokens> | undefined> {
    if ('redirectTo' in outcome) return goTo(reply, outcome.redirectTo);
    const { tokens, mode } = outcome;
    if (!prefersHtml(request)) return this.delivery.deliverLogin(request, reply, tokens, mode);
    await this.delivery.deliverLogin(request, reply, tokens, 'cookie');
    return goTo(reply, this.home);
  }
}

function goTo(reply: FastifyReply, place: string): undefined {
  void reply.status(303).header('location', place);
  return undefined;
}

/** Whether a person's browser asks, which wants a page, and not a client that reads JSON. */
function prefersHtml({ headers }: FastifyRequest): boolean {
  return new Negotiator({ headers }).mediaType(['application/json', 'text/html']) === 'text/html';
}
