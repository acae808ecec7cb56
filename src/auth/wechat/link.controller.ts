import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../../platform/http/caller.decorator.js';
import { whenceOf } from '../../platform/http/client-address.js';
import {
  ApiAnswer,
  ApiCallerErrors,
  ApiErrors,
  ApiGoneAccount,
  ApiIdempotencyKey,
  ApiInput,
  ApiReplayProtection,
} from '../../platform/http/openapi.js';
import { FreshLogin } from '../../session/fresh-login.service.js';
import { IdentityLinks } from '../../users/identity-links.service.js';
import { identityExample } from '../../users/user.examples.js';
import { identityView, type IdentityView } from '../../users/identity.view.js';
import { wechatAppId } from '../../wechat/wechat-app-id.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import { WechatChannels } from '../../wechat/wechat-channels.js';
import { wechatCode } from '../../wechat/wechat-code.js';
import { BrowserCookie } from '../cookies/browser-cookie.service.js';
import { Idempotency } from '../idempotency.service.js';
import { LoginGate } from '../login-gate.service.js';
import { ReturnTo, returnToText } from '../../platform/http/return-to.service.js';
import { RedirectLogin } from './redirect-login.service.js';

const linkBody = z.strictObject({
  kind: z.enum(['mini-program', 'mobile']).describe('Whose code it is'),
  code: wechatCode.describe('What wx.login or the SDK gave; serves once'),
  appId: wechatAppId(),
});
const linkBodyExample: z.input<typeof linkBody> = {
  kind: 'mini-program',
  code: '0b3Kmn0w3hT2Q43aXz1w3Vp8xe0Kmn0Z',
};

const authorizeBody = z.strictObject({
  kind: z.enum(['website', 'official-account']).describe("By which of WeChat's pages"),
  appId: wechatAppId(),
  returnTo: returnToText,
});
const authorizeBodyExample: z.input<typeof authorizeBody> = {
  kind: 'website',
  returnTo: 'https://app.example.com/account',
};
const authorizeAnswer = z.object({ url: z.string().describe("WeChat's page, for this browser alone") });

const exchangeErrors = [
  'unknown_app',
  'wechat_code_invalid',
  'wechat_code_used',
  'wechat_user_blocked',
  'wechat_error',
  'wechat_unavailable',
] as const;

/** Adds a way in to the own account: each is proved by WeChat, and nobody else's is taken. */
@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me/identities')
export class LinkController {
  constructor(
    private readonly apps: WechatApps,
    private readonly channels: WechatChannels,
    private readonly links: IdentityLinks,
    private readonly freshLogin: FreshLogin,
    private readonly gate: LoginGate,
    private readonly idempotency: Idempotency,
    private readonly returnTo: ReturnTo,
    private readonly browser: BrowserCookie,
    private readonly redirects: RedirectLogin,
  ) {}

  @Post()
  @HttpCode(201)
  @ApiOperation({
    operationId: 'linkIdentity',
    summary: 'Links by the code of a mini program or native app',
    description:
      'The login, or its last proof, must be younger than FRESH_LOGIN: who gets in by a new way gets in for good. An identity that is the own one already stays as it is: its code proves who is calling, and the session counts as freshly logged in.',
  })
  @ApiIdempotencyKey()
  @ApiReplayProtection()
  @ApiInput(linkBody, linkBodyExample)
  @ApiAnswer(201, identityView, identityExample)
  @ApiErrors('blocked', 'fresh_login_required', 'identity_taken', ...exchangeErrors)
  @ApiCallerErrors()
  @ApiGoneAccount()
  link(
    @CurrentCaller() { userId, sessionId }: Caller,
    @Body({ schema: linkBody }) body: z.infer<typeof linkBody>,
    @Req() request: FastifyRequest,
  ): Promise<IdentityView> {
    const app = this.apps.find(body.kind, body.appId);
    const exchangeAndLink = async () => {
      const proof = await this.channels.get(body.kind).identify(app, body.code);
      const { identity, isNew } = await this.links.link(userId, proof, whenceOf(request), (manager) =>
        this.freshLogin.requireWithin(manager, { sessionId }),
      );
      if (!isNew) await this.freshLogin.renew(sessionId);
      return identity;
    };
    return this.gate.pass(request, { appId: app.appId, linksTo: userId }, () =>
      this.idempotency.once(request, { userId, ...body }, exchangeAndLink, async () => undefined),
    );
  }

  @Post('authorize')
  @HttpCode(200)
  @ApiOperation({ operationId: 'authorizeLink', summary: "Links by way of WeChat's page" })
  @ApiInput(authorizeBody, authorizeBodyExample)
  @ApiAnswer(
    200,
    authorizeAnswer,
    { url: 'https://open.weixin.qq.com/connect/qrconnect?appid=wx0123456789abcdef#wechat_redirect' },
    ['Set-Cookie'],
  )
  @ApiErrors('unknown_app', 'return_to_not_allowed')
  @ApiCallerErrors()
  async authorize(
    @CurrentCaller() { userId, sessionId }: Caller,
    @Body({ schema: authorizeBody }) { kind, appId, returnTo }: z.infer<typeof authorizeBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof authorizeAnswer>> {
    const app = this.apps.find(kind, appId);
    const place = this.returnTo.requirePlace(returnTo);
    const journey = { kind, appId: app.appId, returnTo: place, link: { userId, sessionId } };
    const url = await this.redirects.begin(this.browser.ensure(request, reply), journey);
    return { url };
  }
}
