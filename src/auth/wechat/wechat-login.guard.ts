import { applyDecorators, Injectable, SetMetadata, UseGuards, type ExecutionContext } from '@nestjs/common';
import { createParamDecorator } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { WechatApp, WechatAppKind } from '../../platform/config/wechat-app.js';
import { Public } from '../../platform/http/public.decorator.js';
import { parseRequest } from '../../platform/http/validation.js';
import { type PhoneNumber, WechatAppApi } from '../../wechat/wechat-app-api.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import { WechatChannels } from '../../wechat/wechat-channels.js';
import type { WechatProof } from '../../wechat/wechat-channel.js';
import { Idempotency } from '../idempotency.service.js';
import type { DeviceInput, Issued, LoginTokens } from '../login.schemas.js';
import { LoginGate } from '../login-gate.service.js';
import { LoginService } from '../login.service.js';
import { visitOf } from '../visit.js';
import type { ExchangeOptions } from './wechat.strategy.js';

/** What the body of a door that takes a code has at least. */
interface CodeLogin {
  code: string;
  appId?: string;
  /** Of a mini program: the number behind it is bound in the same call. */
  phoneCode?: string;
  device?: DeviceInput;
}

interface Door {
  kind: WechatAppKind;
  schema: z.ZodType<CodeLogin>;
}

interface LoginRequest extends FastifyRequest {
  exchange?: ExchangeOptions;
  user?: WechatProof;
  loginTokens?: Issued<LoginTokens>;
}

/** What a whole login may spend on WeChat. */
const wechatLimitMs = 5_000;
const doorKey = 'wechatDoor';

/** The tokens of the login that the guard has just completed. */
export const LoggedIn = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const { loginTokens } = context.switchToHttp().getRequest<LoginRequest>();
  if (!loginTokens) throw new Error('the route is not a WeChat door');
  return loginTokens;
});

/** Runs a login by code: parse, claim the Idempotency-Key, exchange the codes (Passport), go through the funnel. */
@Injectable()
class WechatLoginGuard extends AuthGuard('wechat') {
  constructor(
    private readonly reflector: Reflector,
    private readonly apps: WechatApps,
    private readonly channels: WechatChannels,
    private readonly appApi: WechatAppApi,
    private readonly idempotency: Idempotency,
    private readonly login: LoginService,
    private readonly gate: LoginGate,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<LoginRequest>();
    const { kind, schema } = this.reflector.get<Door>(doorKey, context.getHandler());
    const body = parseRequest(schema, request.body);
    const app = this.apps.find(kind, body.appId);
    request.exchange = { channel: this.channels.get(kind), app, code: body.code };
    request.loginTokens = await this.gate.pass(request, { name: kind, appId: app.appId }, () =>
      this.idempotency.once(
        request,
        body,
        () => this.exchangeAndLogIn(context, request, app, body),
        (tokens) => this.login.requireStillGood(tokens),
      ),
    );
    return true;
  }

  override getAuthenticateOptions(context: ExecutionContext): ExchangeOptions | undefined {
    return context.switchToHttp().getRequest<LoginRequest>().exchange;
  }

  private async exchangeAndLogIn(
    context: ExecutionContext,
    request: LoginRequest,
    app: WechatApp,
    { phoneCode, device }: CodeLogin,
  ): Promise<Issued<LoginTokens>> {
    const deadline = performance.now() + wechatLimitMs;
    await super.canActivate(context);
    const { user: proof } = request;
    if (!proof) throw new Error('the exchange gave no proof');
    // Before anything is written: a phone code that WeChat refuses leaves no user behind.
    const phone = await this.phoneOf(proof, app, phoneCode, deadline);
    return this.login.logInByWechat(proof, visitOf(request, device), phone);
  }

  private async phoneOf(
    { openid }: WechatProof,
    app: WechatApp,
    phoneCode: string | undefined,
    deadline: number,
  ): Promise<PhoneNumber | undefined> {
    if (phoneCode === undefined) return undefined;
    return this.appApi.phoneNumber(app, phoneCode, openid, deadline - performance.now());
  }
}

/** Marks a route as a WeChat door: its guard logs the person in, the handler answers with `@LoggedIn()`. */
export const WechatDoor = (door: Door) =>
  applyDecorators(Public(), SetMetadata(doorKey, door), UseGuards(WechatLoginGuard));
