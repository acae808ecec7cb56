import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  ApiAnswer,
  ApiErrors,
  ApiIdempotencyKey,
  ApiInput,
  ApiReplayProtection,
} from '../../platform/http/openapi.js';
import { wechatAppId } from '../../wechat/wechat-app-id.js';
import { phoneCode, wechatCode } from '../../wechat/wechat-code.js';
import { loginTokensExample } from '../login.examples.js';
import {
  deliveryMode,
  deviceSchema,
  loginAnswer,
  type Delivered,
  type Issued,
  type LoginTokens,
} from '../login.schemas.js';
import { TokenDelivery } from '../token-delivery.service.js';
import { LoggedIn, WechatDoor } from './wechat-login.guard.js';

const miniProgramLogin = z.strictObject({
  code: wechatCode.describe('What wx.login gave; serves once, for five minutes'),
  appId: wechatAppId('mini programs'),
  phoneCode: phoneCode.optional().describe('What the phone-number button gave: the number is bound, too'),
  device: deviceSchema.optional(),
  mode: deliveryMode,
});

const miniProgramLoginExample: z.input<typeof miniProgramLogin> = {
  code: '0b3Kmn0w3hT2Q43aXz1w3Vp8xe0Kmn0Z',
  device: { id: '5d1e7c42-9a6b-4f0e', name: 'iPhone 15 Pro' },
};

const mobileLogin = z.strictObject({
  code: wechatCode.describe("What WeChat's SDK gave the app; serves once, for ten minutes"),
  appId: wechatAppId('native apps'),
  device: deviceSchema.optional(),
  mode: deliveryMode,
});

const mobileLoginExample: z.input<typeof mobileLogin> = {
  code: '0b3Kmn0w3hT2Q43aXz1w3Vp8xe0Kmn0Z',
  device: { id: '9a6b3f0e-8d7c', name: 'Xiaomi 15' },
};

const doorErrors = [
  'unknown_app',
  'blocked',
  'wechat_code_invalid',
  'wechat_code_used',
  'wechat_user_blocked',
  'wechat_error',
  'wechat_unavailable',
  'identity_conflict',
] as const;

@ApiTags('Logging in')
@Controller('api/v1/auth/wechat')
export class WechatController {
  constructor(private readonly delivery: TokenDelivery) {}

  @Post('mini-program')
  @HttpCode(200)
  @WechatDoor({ kind: 'mini-program', schema: miniProgramLogin })
  @ApiOperation({ operationId: 'logInByMiniProgram', summary: 'A mini program posts the code of wx.login' })
  @ApiIdempotencyKey()
  @ApiReplayProtection()
  @ApiInput(miniProgramLogin, miniProgramLoginExample)
  @ApiAnswer(200, loginAnswer, loginTokensExample, ['Set-Cookie'])
  @ApiErrors(...doorErrors)
  miniProgram(
    @Body({ schema: miniProgramLogin }) { mode }: z.infer<typeof miniProgramLogin>,
    @LoggedIn() tokens: Issued<LoginTokens>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<LoginTokens>> {
    return this.delivery.deliverLogin(request, reply, tokens, mode);
  }

  @Post('mobile')
  @HttpCode(200)
  @WechatDoor({ kind: 'mobile', schema: mobileLogin })
  @ApiOperation({ operationId: 'logInByMobile', summary: "A native app posts the code of WeChat's SDK" })
  @ApiIdempotencyKey()
  @ApiReplayProtection()
  @ApiInput(mobileLogin, mobileLoginExample)
  @ApiAnswer(200, loginAnswer, loginTokensExample, ['Set-Cookie'])
  @ApiErrors(...doorErrors)
  mobile(
    @Body({ schema: mobileLogin }) { mode }: z.infer<typeof mobileLogin>,
    @LoggedIn() tokens: Issued<LoginTokens>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<LoginTokens>> {
    return this.delivery.deliverLogin(request, reply, tokens, mode);
  }
}
