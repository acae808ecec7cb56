import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { whenceOf } from '../platform/http/client-address.js';
import { ApiAnswer, ApiCallerErrors, ApiErrors, ApiGoneAccount, ApiInput } from '../platform/http/openapi.js';
import { userExample } from '../users/user.examples.js';
import { userView, type UserView } from '../users/user.view.js';
import { wechatAppId } from '../wechat/wechat-app-id.js';
import { WechatData } from './wechat-data.service.js';

const wechatDataBody = z
  .strictObject({
    encryptedData: z.string().min(1).max(32_768).describe('Base64, as the mini program got it'),
    iv: z.string().min(1).max(64).describe('Base64'),
    rawData: z.string().max(32_768).optional().describe('Exactly the text that the mini program got'),
    signature: z.string().max(128).optional().describe('Of rawData; both or neither'),
    appId: wechatAppId('mini programs'),
  })
  .refine(({ rawData, signature }) => rawData !== undefined || signature === undefined, { path: ['rawData'] })
  .refine(({ rawData, signature }) => signature !== undefined || rawData === undefined, {
    path: ['signature'],
  });
const wechatDataBodyExample: z.input<typeof wechatDataBody> = {
  encryptedData: 'CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJg==',
  iv: 'r7BXXKkLb8qrSNn05n0qiA==',
};

@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me/wechat-data')
export class WechatDataController {
  constructor(private readonly wechatData: WechatData) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'acceptWechatData',
    summary: 'Opens what WeChat encrypted for the mini program: a profile or a phone number',
    description:
      'A profile is taken over as far as the person chose nothing else, a phone number is bound. Whatever is wrong with the data, the answer is `decryption_failed`; after too many of them in one session (`DECRYPT_LIMIT`) it is `too_many_requests`, good data included.',
  })
  @ApiInput(wechatDataBody, wechatDataBodyExample)
  @ApiAnswer(200, userView, userExample)
  @ApiErrors('unknown_app', 'decryption_failed')
  @ApiCallerErrors()
  @ApiGoneAccount()
  accept(
    @CurrentCaller() caller: Caller,
    @Body({ schema: wechatDataBody }) body: z.infer<typeof wechatDataBody>,
    @Req() request: FastifyRequest,
  ): Promise<UserView> {
    return this.wechatData.accept(caller, body, whenceOf(request));
  }
}
