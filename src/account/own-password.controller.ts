import { Body, Controller, Put, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { whenceOf } from '../platform/http/client-address.js';
import { ApiAnswer, ApiCallerErrors, ApiErrors, ApiGoneAccount, ApiInput } from '../platform/http/openapi.js';
import { OwnPassword } from './own-password.service.js';
import { passwordBody, passwordExample, type PasswordInput } from './own-password.schemas.js';

@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me/password')
export class OwnPasswordController {
  constructor(private readonly ownPassword: OwnPassword) {}

  @Put()
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Changes the own password, or sets the first one; all other sessions end',
    description:
      'Who has a password shows it as `currentPassword`; wrong ones count in `LOGIN_LIMIT_ACCOUNT`. Who has none chooses a `username`, and must have logged in within `FRESH_LOGIN`.',
  })
  @ApiInput(passwordBody, passwordExample)
  @ApiAnswer(200, z.null(), null)
  @ApiErrors('blocked', 'invalid_credentials', 'fresh_login_required', 'conflict')
  @ApiCallerErrors()
  @ApiGoneAccount()
  change(
    @CurrentCaller() caller: Caller,
    @Body({ schema: passwordBody }) input: PasswordInput,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    return this.ownPassword.put(caller, input, whenceOf(request));
  }
}
