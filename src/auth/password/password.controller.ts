import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiAnswer,
  ApiErrors,
  ApiIdempotencyKey,
  ApiInput,
  ApiReplayProtection,
} from '../../platform/http/openapi.js';
import { Public } from '../../platform/http/public.decorator.js';
import { loginTokensExample } from '../login.examples.js';
import { loginAnswer, type Delivered, type LoginTokens } from '../login.schemas.js';
import { TokenDelivery } from '../token-delivery.service.js';
import {
  loginBody,
  loginExample,
  newAccountExample,
  registerBody,
  registerExample,
  type LoginBody,
  type RegisterBody,
} from './password.schemas.js';
import { PasswordLogin } from './password-login.service.js';
import { Registration } from './registration.service.js';

const doorErrors = ['blocked', 'user_locked'] as const;

/** The door for whom WeChat need not know. */
@ApiTags('Logging in')
@Controller('api/v1/auth')
export class PasswordController {
  constructor(
    private readonly registration: Registration,
    private readonly passwordLogin: PasswordLogin,
    private readonly delivery: TokenDelivery,
  ) {}

  @Public()
  @Post('register')
  @HttpCode(201)
  @ApiOperation({
    operationId: 'registerAccount',
    summary: 'Makes an account with a password, and logs in',
    description:
      '`REGISTER_LIMIT` bounds the accounts that an address makes or tries to make. Where `REGISTRATION` is off, the answer is `forbidden`. A username that looks like one that is taken is `conflict`.',
  })
  @ApiIdempotencyKey()
  @ApiReplayProtection()
  @ApiInput(registerBody, registerExample)
  @ApiAnswer(201, loginAnswer, newAccountExample, ['Set-Cookie'])
  @ApiErrors('forbidden', 'conflict', ...doorErrors)
  async register(
    @Body({ schema: registerBody }) body: RegisterBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<LoginTokens>> {
    const tokens = await this.registration.register(request, body);
    return this.delivery.deliverLogin(request, reply, tokens, body.mode);
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'logInByPassword',
    summary: 'Logs in by username and password',
    description:
      'The answer is the same whether the username is unknown or the password wrong. After as many wrong passwords as `LOGIN_LIMIT_ACCOUNT` allows, whoever tries that name has to wait, known or not.',
  })
  @ApiIdempotencyKey()
  @ApiReplayProtection()
  @ApiInput(loginBody, loginExample)
  @ApiAnswer(200, loginAnswer, loginTokensExample, ['Set-Cookie'])
  @ApiErrors('invalid_credentials', ...doorErrors)
  async logIn(
    @Body({ schema: loginBody }) body: LoginBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<LoginTokens>> {
    const tokens = await this.passwordLogin.logIn(request, body);
    return this.delivery.deliverLogin(request, reply, tokens, body.mode);
  }
}
