import { applyDecorators, Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiSecurity, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../platform/errors/app-error.js';
import type { ErrorName } from '../platform/errors/catalogue.js';
import { whenceOf } from '../platform/http/client-address.js';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import {
  ApiAnswer,
  ApiCallerErrors,
  ApiEmptyAnswer,
  ApiErrors,
  ApiIdempotencyKey,
  ApiInput,
} from '../platform/http/openapi.js';
import { Public } from '../platform/http/public.decorator.js';
import { noBody, parseRequest } from '../platform/http/validation.js';
import { familyHashOf } from '../session/refresh-token.js';
import { SessionCookies } from '../session/session-cookies.service.js';
import { SessionStates } from '../session/session-states.service.js';
import { SessionEnds } from '../session/session-ends.service.js';
import { userExample } from '../users/user.examples.js';
import { Csrf } from './cookies/csrf.service.js';
import { Idempotency } from './idempotency.service.js';
import { refreshedTokensExample } from './login.examples.js';
import { refreshAnswer, type Delivered, type Issued, type RefreshedTokens } from './login.schemas.js';
import { LoginGate } from './login-gate.service.js';
import { LoginService } from './login.service.js';
import { TokenDelivery } from './token-delivery.service.js';

const refreshToken = z.string().min(1).max(512);
const refreshBody = z.strictObject({
  refreshToken: refreshToken.optional().describe('Absent where a cookie carries it'),
});
const someRefreshToken = z.object({ refreshToken });

/** What says that the tokens in the cookies are good no more. */
const overErrors = new Set<ErrorName>(['session_ended', 'refresh_token_invalid', 'refresh_token_reused']);

/** Documents how gateways say what they were asked to do. */
const ApiForwardedMethods = () =>
  applyDecorators(
    ...['X-Forwarded-Method', 'X-Original-Method'].map((name) =>
      ApiHeader({
        name,
        required: false,
        description: 'The method that the gateway was asked for: by cookie, a write needs X-CSRF-Token',
        schema: { type: 'string' },
        examples: { write: { value: 'POST' } },
      }),
    ),
    ApiErrors('csrf_invalid'),
  );

@ApiTags('Logging in')
@Controller('api/v1/auth')
export class TokensController {
  constructor(
    private readonly login: LoginService,
    private readonly ends: SessionEnds,
    private readonly idempotency: Idempotency,
    private readonly delivery: TokenDelivery,
    private readonly cookies: SessionCookies,
    private readonly csrf: Csrf,
    private readonly states: SessionStates,
    private readonly gate: LoginGate,
  ) {}

  @Public()
  @Post('refresh')
  @HttpCode(200)
  @ApiSecurity({})
  @ApiSecurity({ refreshCookie: [], csrfCookie: [], csrfToken: [] })
  @ApiOperation({ operationId: 'refreshTokens', summary: 'Exchanges a refresh token for new tokens' })
  @ApiIdempotencyKey()
  @ApiInput(refreshBody, { refreshToken: refreshedTokensExample.refreshToken })
  @ApiAnswer(200, refreshAnswer, refreshedTokensExample, ['Set-Cookie'])
  @ApiErrors(
    'blocked',
    'unauthenticated',
    'session_ended',
    'refresh_token_invalid',
    'refresh_token_reused',
    'csrf_invalid',
  )
  async refresh(
    @Body({ schema: refreshBody }) body: z.infer<typeof refreshBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Delivered<RefreshedTokens>> {
    await this.gate.requireFree(request);
    const byCookie = body.refreshToken === undefined;
    const refreshToken = body.refreshToken ?? this.refreshTokenOfCookie(request);
    try {
      const tokens = await this.refreshOnce(request, refreshToken);
      return this.delivery.deliver(reply, tokens, byCookie ? 'cookie' : 'token');
    } catch (error) {
      if (byCookie && isOver(error)) this.cookies.clear(reply);
      throw error;
    }
  }

  @Post('logout')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'logOut', summary: 'Ends the session and all its tokens' })
  @ApiInput(noBody, {})
  @ApiAnswer(200, z.null(), null, ['Set-Cookie'])
  @ApiCallerErrors()
  async logout(
    @CurrentCaller() { sessionId: id, userId, clientId, byCookie }: Caller,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.ends.end({ id, userId, clientId }, 'logged_out', whenceOf(request));
    if (byCookie) this.cookies.clear(reply);
  }

  @Get('verify')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'verifyToken',
    summary: 'For gateways (auth_request, ForwardAuth): who is calling, in headers',
  })
  @ApiForwardedMethods()
  @ApiEmptyAnswer('The token is good', {
    'X-User-Id': { about: 'Who is calling', example: userExample.id },
    'X-User-Role': { about: 'user, admin or auditor', example: userExample.role },
    'X-Session-Id': { about: 'The session of the token', example: refreshedTokensExample.sessionId },
  })
  @ApiCallerErrors()
  async verify(
    @CurrentCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    if (caller.byCookie && forwardedMethods(request).some((method) => !this.csrf.isSafe(method))) {
      const { familyHash } = await this.states.require(caller.sessionId);
      this.csrf.require(request, familyHash, { userId: caller.userId, appId: caller.clientId });
    }
    void reply
      .header('x-user-id', caller.userId)
      .header('x-user-role', caller.role)
      .header('x-session-id', caller.sessionId);
  }

  private refreshOnce(request: FastifyRequest, refreshToken: string): Promise<Issued<RefreshedTokens>> {
    return this.idempotency.once(
      request,
      { refreshToken },
      () => this.login.refresh(refreshToken, whenceOf(request)),
      (known) => this.login.requireStillGood(known),
    );
  }

  /** A cookie travels by itself, so the page must show that it asked. */
  private refreshTokenOfCookie(request: FastifyRequest): string {
    const refreshToken = this.cookies.refreshToken(request);
    if (!refreshToken && this.cookies.areUsedBy(request)) throw new AppError('unauthenticated');
    const known = parseRequest(someRefreshToken, { refreshToken }).refreshToken;
    this.csrf.require(request, familyHashOf(known));
    return known;
  }
}

function isOver(error: unknown): boolean {
  return error instanceof AppError && overErrors.has(error.error);
}

/** What the gateway was asked to do: Traefik's header, nginx's, or both where a client forged the other's. */
function forwardedMethods({ headers }: FastifyRequest): string[] {
  return [headers['x-forwarded-method'], headers['x-original-method']]
    .flat()
    .filter((name) => name !== undefined);
}
