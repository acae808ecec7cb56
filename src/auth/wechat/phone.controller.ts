import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../../platform/http/caller.decorator.js';
import { whenceOf } from '../../platform/http/client-address.js';
import {
  ApiAnswer,
  ApiCallerErrors,
  ApiErrors,
  ApiIdempotencyKey,
  ApiInput,
} from '../../platform/http/openapi.js';
import { userExample } from '../../users/user.examples.js';
import { userView, type UserView } from '../../users/user.view.js';
import { wechatAppId } from '../../wechat/wechat-app-id.js';
import { WechatApps } from '../../wechat/wechat-apps.js';
import { phoneCode } from '../../wechat/wechat-code.js';
import { Idempotency } from '../idempotency.service.js';
import { PhoneBinding } from './phone-binding.service.js';

const phoneBody = z.strictObject({
  code: phoneCode.describe('What the phone-number button gave; serves once, for five minutes'),
  appId: wechatAppId('mini programs'),
});
const phoneBodyExample: z.input<typeof phoneBody> = {
  code: '41d6a5cf6a48e0a9a5a2d0de6b2ab3bd5f2a6ba4cba2a7e1d2e3c0b4f8f6c1e7',
};

/** It spends a code of WeChat's, so that it lies here, beside the Idempotency-Key that makes a lost answer safe. */
@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me/phone')
export class PhoneController {
  constructor(
    private readonly apps: WechatApps,
    private readonly phones: PhoneBinding,
    private readonly idempotency: Idempotency,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ operationId: 'bindPhone', summary: 'Binds the phone number that WeChat has verified' })
  @ApiIdempotencyKey()
  @ApiInput(phoneBody, phoneBodyExample)
  @ApiAnswer(200, userView, userExample)
  @ApiErrors(
    'unknown_app',
    'not_found',
    'wechat_code_invalid',
    'wechat_code_used',
    'wechat_user_blocked',
    'wechat_error',
    'wechat_unavailable',
  )
  @ApiCallerErrors()
  bind(
    @CurrentCaller() { userId }: Caller,
    @Body({ schema: phoneBody }) body: z.infer<typeof phoneBody>,
    @Req() request: FastifyRequest,
  ): Promise<UserView> {
    const app = this.apps.find('mini-program', body.appId);
    const bind = () => this.phones.bind(userId, app, body.code, whenceOf(request));
    return this.idempotency.once(request, { userId, ...body }, bind, async () => undefined);
  }
}
