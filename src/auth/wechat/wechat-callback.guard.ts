import { applyDecorators, Injectable, SetMetadata, UseGuards, type ExecutionContext } from '@nestjs/common';
import { createParamDecorator } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { WechatAppKind } from '../../platform/config/wechat-app.js';
import { AppError } from '../../platform/errors/app-error.js';
import { Public } from '../../platform/http/public.decorator.js';
import { parseRequest } from '../../platform/http/validation.js';
import { wechatCode } from '../../wechat/wechat-code.js';
import type { WechatProof } from '../../wechat/wechat-channel.js';
import { BrowserCookie } from '../cookies/browser-cookie.service.js';
import { RedirectLogin, type CallbackOutcome } from './redirect-login.service.js';
import type { ExchangeOptions } from './wechat.strategy.js';

/** WeChat adds parameters of its own, which are ignored; a person who refused comes back without a code. */
export const callbackQuery = z.object({
  code: wechatCode.or(z.literal('')).optional().describe('Serves once; absent where the person refused'),
  state: z.string().max(1024).default('').describe('As the authorize call gave it to WeChat'),
});

interface CallbackRequest extends FastifyRequest {
  exchange?: ExchangeOptions;
  user?: WechatProof;
  outcome?: CallbackOutcome;
}

const kindKey = 'wechatCallback';

/** How the login ended that the guard has just completed. */
export const Outcome = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { outcome } = context.switchToHttp().getRequest<CallbackRequest>();
  if (!outcome) throw new Error('the route is not a WeChat callback');
  return outcome;
});

/** Takes a browser back that was sent to WeChat; Passport exchanges its code. */
@Injectable()
class WechatCallbackGuard extends AuthGuard('wechat') {
  constructor(
    private readonly reflector: Reflector,
    private readonly browser: BrowserCookie,
    private readonly redirects: RedirectLogin,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<CallbackRequest>();
    const kind = this.reflector.get<WechatAppKind>(kindKey, context.getHandler());
    const { code, state } = parseRequest(callbackQuery, request.query);
    request.outcome = await this.redirects.complete(
      request,
      this.browser.read(request),
      { kind, state, code: code || undefined },
      (options) => this.exchange(context, request, options),
    );
    return true;
  }

  override getAuthenticateOptions(context: ExecutionContext): ExchangeOptions | undefined {
    return context.switchToHttp().getRequest<CallbackRequest>().exchange;
  }

  private async exchange(
    context: ExecutionContext,
    request: CallbackRequest,
    options: ExchangeOptions,
  ): Promise<WechatProof> {
    request.exchange = options;
    await super.canActivate(context);
    if (!request.user) throw new AppError('internal_error', { privateMessage: 'the exchange gave no proof' });
    return request.user;
  }
}

/** Marks a route as the one to which WeChat sends browsers back: the handler answers with `@Outcome()`. */
export const WechatCallback = (kind: WechatAppKind) =>
  applyDecorators(Public(), SetMetadata(kindKey, kind), UseGuards(WechatCallbackGuard));
