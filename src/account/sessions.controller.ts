import { Body, Controller, Delete, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../platform/errors/app-error.js';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { whenceOf } from '../platform/http/client-address.js';
import { idParams, type IdParams } from '../platform/http/id-params.js';
import { languageOf } from '../platform/http/language.js';
import { ApiAnswer, ApiCallerErrors, ApiErrors, ApiInput } from '../platform/http/openapi.js';
import { pageRequest, pageSchema, type Page, type PageRequest } from '../platform/http/page.js';
import { noBody } from '../platform/http/validation.js';
import { SessionCookies } from '../session/session-cookies.service.js';
import { SessionEnds } from '../session/session-ends.service.js';
import { Sessions } from '../session/sessions.service.js';
import { sessionView, type SessionView } from '../session/session.view.js';

const sessionExample: SessionView = {
  id: '0199f0d2-8b73-7e10-b5c4-6a2d9e4f7138',
  current: true,
  device: { id: '5d1e7c42-9a6b-4f0e', type: 'mini-program', name: '微信小程序 · iPhone' },
  address: '203.0.113.7',
  createdAt: '2026-05-20T13:14:05.206Z',
  lastSeenAt: '2026-05-20T15:02:00.000Z',
  via: 'mini-program',
};

@ApiTags('Own sessions')
@ApiBearerAuth()
@Controller('api/v1/sessions')
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly ends: SessionEnds,
    private readonly cookies: SessionCookies,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listSessions', summary: 'Where the own account is logged in' })
  @ApiAnswer(200, pageSchema(sessionView), { items: [sessionExample], nextCursor: null })
  @ApiErrors('invalid_request')
  @ApiCallerErrors()
  list(
    @CurrentCaller() caller: Caller,
    @Query({ schema: pageRequest }) page: PageRequest,
    @Req() request: FastifyRequest,
  ): Promise<Page<SessionView>> {
    return this.sessions.list(caller, page, languageOf(request.headers));
  }

  @Delete(':id')
  @ApiOperation({ operationId: 'endSession', summary: 'Ends one of the own sessions' })
  @ApiInput(noBody, {})
  @ApiAnswer(200, z.null(), null, ['Set-Cookie'])
  @ApiErrors('not_found')
  @ApiCallerErrors()
  async end(
    @CurrentCaller() { userId, sessionId, byCookie }: Caller,
    @Param({ schema: idParams }) { id }: IdParams,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const isEnded = await this.ends.end({ id, userId }, 'revoked', whenceOf(request), sessionId);
    if (!isEnded) throw new AppError('not_found');
    if (byCookie && id === sessionId) this.cookies.clear(reply);
  }

  @Delete()
  @ApiOperation({ operationId: 'endOtherSessions', summary: 'Ends all own sessions but this one' })
  @ApiInput(noBody, {})
  @ApiAnswer(200, z.null(), null)
  @ApiCallerErrors()
  async endOthers(
    @CurrentCaller() { userId, sessionId }: Caller,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.ends.endAll(userId, 'revoked', whenceOf(request), sessionId);
  }
}
