import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import {
  ApiAnswer,
  ApiCallerErrors,
  ApiErrors,
  ApiIdempotencyKey,
  ApiInput,
  ApiReplayProtection,
} from '../platform/http/openapi.js';
import { Public } from '../platform/http/public.decorator.js';
import { Sessions } from '../session/sessions.service.js';
import { Idempotency } from './idempotency.service.js';
import { LoginCodes } from './login-codes.service.js';
import { LoginGate } from './login-gate.service.js';
import { loginTokensExample } from './login.examples.js';
import {
  deliveryMode,
  deviceSchema,
  loginAnswer,
  type Delivered,
  type LoginTokens,
} from './login.schemas.js';
import { LoginService } from './login.service.js';
import { codeChallengeText, ReturnTo, returnToText, withQuery } from '../platform/http/return-to.service.js';
import { TokenDelivery } from './token-delivery.service.js';
import { visitOf } from './visit.js';

const tokenBody = z.strictObject({
  loginCode: z.string().min(1).max(128).describe('Serves once, for 60 s'),
  codeVerifier: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('PKCE: that of the codeChallenge, where one was given'),
  device: deviceSchema.optional(),
  mode: deliveryMode,
});
const tokenBodyExample: z.input<typeof tokenBody> = {
  loginCode: 'c1hJ0G6rM3mC2pN8aLr0yqS7uV5wXkZt9eFbDgHiJkQ',
  codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
};

const loginCodeBody = z.strictObject({
  returnTo: returnToText,
  codeChallenge: codeChallengeText.optional(),
});
const loginCodeBodyExample = {
  returnTo: 'https://shop.example.com/welcome',
  codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
};

const loginCodeAnswer = z.object({
  loginCode: z.string().describe('Serves once, for 60 s'),
  redirectTo: z.string().describe('returnTo with the login code in its query'),
});
const loginCodeExample = {
  loginCode: tokenBodyExample.loginCode,
  redirectTo: `https://shop.example.com/welcome?loginCode=${tokenBodyExample.loginCode}`,
};

/** Login codes: how a login gets back to the page that began it, or over to another page of yours. */
@ApiTags('Logging in')
@Controller('api/v1/auth')
export class LoginCodesController {
  constructor(
    private readonly gate: LoginGate,
    private readonly idempotency: Idempotency,
    private readonly loginCodes: LoginCodes,
    private readonly login: LoginService,
    private readonly delivery: TokenDelivery,
    private readonly returnTo: ReturnTo,
    private readonly sessions: Sessions,
  ) {}

  @Public()
  @Post('token')
  @HttpCode(200)
  @ApiOperation({ operationId: 'exchangeLoginCode', summary: 'Exchanges a login code for tokens' })
  @ApiIdempotencyKey()
  @ApiInput(tokenBody, tokenBodyExample)
  @ApiReplayProtection()
  @ApiAnswer(200, loginAnswer, loginTokensExample, ['Set-Cookie'])
  @ApiErrors('blocked', 'login_code_invalid', 'user_locked')
  async exchange(
    @Body({ schema: tokenBody }) body: z.infer<typeof tokenBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<LoginTokens>> {
    const { loginCode, codeVerifier, device, mode } = body;
    const tokens = await this.gate.pass(request, { name: 'login-code' }, () =>
      this.idempotency.once(
        request,
        body,
        async () => {
          const grant = await this.loginCodes.take(loginCode, codeVerifier);
          return this.login.logInByGrant(grant, visitOf(request, device));
        },
        (known) => this.login.requireStillGood(known),
      ),
    );
    return this.delivery.deliverLogin(request, reply, tokens, mode);
  }

  @Post('login-codes')
  @HttpCode(201)
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'createLoginCode',
    summary: 'Carries a live session to another page of yours',
  })
  @ApiInput(loginCodeBody, loginCodeBodyExample)
  @ApiAnswer(201, loginCodeAnswer, loginCodeExample)
  @ApiErrors('return_to_not_allowed', 'pkce_required')
  @ApiCallerErrors()
  async create(
    @CurrentCaller() caller: Caller,
    @Body({ schema: loginCodeBody }) body: z.infer<typeof loginCodeBody>,
  ): Promise<z.infer<typeof loginCodeAnswer>> {
    const { codeChallenge } = body;
    const returnTo = this.returnTo.require(body.returnTo, { codeChallenge });
    const { id: sessionId, via, clientId, authenticatedAt, maxExpiresAt } = await this.sessions.get(caller);
    const parent = { sessionId, authenticatedAt, maxExpiresAt, takesAlong: true };
    const { userId } = caller;
    const loginCode = await this.loginCodes.issue({
      userId,
      isNewUser: false,
      via,
      clientId,
      codeChallenge,
      parent,
    });
    return { loginCode, redirectTo: withQuery(returnTo, { loginCode }) };
  }
}
