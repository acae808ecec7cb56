import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { ApiAnswer, ApiErrors } from '../../platform/http/openapi.js';
import { wechatCode } from '../../wechat/wechat-code.js';
import { deviceSchema, loginTokens, type LoginTokens } from '../login.schemas.js';
import { LoggedIn, WechatDoor } from './wechat-login.guard.js';

const miniProgramLogin = z.strictObject({
  code: wechatCode.describe('What wx.login gave; serves once, for five minutes'),
  appId: z.string().min(1).max(64).optional().describe('Needed where several mini programs are configured'),
  device: deviceSchema.optional(),
});

@ApiTags('Logging in')
@Controller('api/v1/auth/wechat')
export class WechatController {
  @Post('mini-program')
  @HttpCode(200)
  @WechatDoor({ kind: 'mini-program', schema: miniProgramLogin })
  @ApiOperation({ operationId: 'logInByMiniProgram', summary: 'A mini program posts the code of wx.login' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: '16 to 128 characters; the same answer for 60 s',
  })
  @ApiAnswer(200, loginTokens)
  @ApiErrors(
    'invalid_request',
    'unknown_app',
    'wechat_code_invalid',
    'wechat_code_used',
    'user_locked',
    'wechat_user_blocked',
    'idempotency_key_reused',
    'too_large',
    'unsupported_media_type',
    'too_many_requests',
    'wechat_error',
    'wechat_unavailable',
    'dependency_unavailable',
  )
  miniProgram(
    @Body({ schema: miniProgramLogin }) _body: z.infer<typeof miniProgramLogin>,
    @LoggedIn() tokens: LoginTokens,
  ): LoginTokens {
    return tokens;
  }
}
