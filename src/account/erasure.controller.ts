import { Body, Controller, Delete, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { whenceOf } from '../platform/http/client-address.js';
import { ApiAnswer, ApiCallerErrors, ApiErrors, ApiInput } from '../platform/http/openapi.js';
import { noBody } from '../platform/http/validation.js';
import { FreshLogin } from '../session/fresh-login.service.js';
import { SessionCookies } from '../session/session-cookies.service.js';
import { SessionEnds } from '../session/session-ends.service.js';
import { Erasure, type EndingOfErased } from '../users/erasure.service.js';

@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me')
export class ErasureController {
  constructor(
    private readonly freshLogin: FreshLogin,
    private readonly erasure: Erasure,
    private readonly ends: SessionEnds,
    private readonly cookies: SessionCookies,
  ) {}

  @Delete()
  @ApiOperation({
    operationId: 'eraseMe',
    summary: 'Erases the account and everything personal; all sessions end',
    description:
      'Nobody can take it back. The login, or its last proof, must be younger than FRESH_LOGIN. The audit log keeps what happened, without the username. The last administrator must appoint another first.',
  })
  @ApiInput(noBody, {})
  @ApiAnswer(200, z.null(), null, ['Set-Cookie'])
  @ApiErrors('not_found', 'fresh_login_required', 'last_administrator')
  @ApiCallerErrors()
  async erase(
    @CurrentCaller() caller: Caller,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    await this.freshLogin.require(caller);
    const whence = whenceOf(request);
    const ending = this.ends.endingAllOf('user_erased', whence);
    const sessions: EndingOfErased = {
      ...ending,
      within: async (manager, userId) => {
        await this.freshLogin.requireWithin(manager, caller);
        await ending.within(manager, userId);
      },
    };
    await this.erasure.erase(caller.userId, sessions, { ...whence, appId: caller.clientId });
    await ending.announce();
    if (caller.byCookie) this.cookies.clear(reply);
  }
}
