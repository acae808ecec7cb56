import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { ApiAnswer, ApiErrors } from '../platform/http/openapi.js';
import { Public } from '../platform/http/public.decorator.js';
import { noBody } from '../platform/http/validation.js';
import { Sessions } from '../session/sessions.service.js';
import { Idempotency } from './idempotency.service.js';
import { refreshedTokens, type RefreshedTokens } from './login.schemas.js';
import { LoginService } from './login.service.js';

const refreshBody = z.strictObject({ refreshToken: z.string().min(1).max(512) });

@ApiTags('Logging in')
@Controller('api/v1/auth')
export class TokensController {
  constructor(
    private readonly login: LoginService,
    private readonly sessions: Sessions,
    private readonly idempotency: Idempotency,
  ) {}

  @Public()
  @Post('refresh')
  @HttpCode(200)
  @ApiOperation({ operationId: 'refreshTokens', summary: 'Exchanges a refresh token for new tokens' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: '16 to 128 characters; the same answer for 60 s',
  })
  @ApiAnswer(200, refreshedTokens)
  @ApiErrors(
    'invalid_request',
    'refresh_token_invalid',
    'refresh_token_reused',
    'session_ended',
    'idempotency_key_reused',
    'too_many_requests',
    'dependency_unavailable',
  )
  refresh(
    @Body({ schema: refreshBody }) body: z.infer<typeof refreshBody>,
    @Req() request: FastifyRequest,
  ): Promise<RefreshedTokens> {
    return this.idempotency.once(
      request,
      body,
      () => this.login.refresh(body.refreshToken),
      (tokens) => this.login.requireStillGood(tokens),
    );
  }

  @Post('logout')
  @HttpCode(200)
  @ApiBearerAuth()
  @ApiOperation({ operationId: 'logOut', summary: 'Ends the session and all its tokens' })
  @ApiAnswer(200, z.null())
  @ApiErrors(
    'invalid_request',
    'unauthenticated',
    'token_expired',
    'token_invalid',
    'session_ended',
    'dependency_unavailable',
  )
  async logout(
    @CurrentCaller() { sessionId }: Caller,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
  ): Promise<void> {
    await this.sessions.end(sessionId, 'logged_out');
  }

  @Get('verify')
  @HttpCode(204)
  @ApiBearerAuth()
  @ApiOperation({
    operationId: 'verifyToken',
    summary: 'For gateways (auth_request, ForwardAuth): who is calling, in headers',
  })
  @ApiNoContentResponse({ description: 'X-User-Id, X-User-Role and X-Session-Id say who it is' })
  @ApiErrors('unauthenticated', 'token_expired', 'token_invalid', 'session_ended', 'dependency_unavailable')
  verify(@CurrentCaller() caller: Caller, @Res({ passthrough: true }) reply: FastifyReply): void {
    void reply
      .header('x-user-id', caller.userId)
      .header('x-user-role', caller.role)
      .header('x-session-id', caller.sessionId);
  }
}
