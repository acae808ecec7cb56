import { Body, Controller, Delete, Get, Param, Req } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { CurrentCaller, type Caller } from '../platform/http/caller.decorator.js';
import { whenceOf } from '../platform/http/client-address.js';
import { idParams, type IdParams } from '../platform/http/id-params.js';
import { ApiAnswer, ApiCallerErrors, ApiErrors, ApiInput } from '../platform/http/openapi.js';
import { pageSchema, type Page } from '../platform/http/page.js';
import { noBody } from '../platform/http/validation.js';
import { FreshLogin } from '../session/fresh-login.service.js';
import { IdentityLinks } from '../users/identity-links.service.js';
import { identityView, type IdentityView } from '../users/identity.view.js';
import { identityExample } from '../users/user.examples.js';

@ApiTags('Own account')
@ApiBearerAuth()
@Controller('api/v1/users/me/identities')
export class IdentitiesController {
  constructor(
    private readonly links: IdentityLinks,
    private readonly freshLogin: FreshLogin,
  ) {}

  @Get()
  @ApiOperation({ operationId: 'listIdentities', summary: 'By which WeChat accounts one gets in' })
  @ApiAnswer(200, pageSchema(identityView), { items: [identityExample], nextCursor: null })
  @ApiCallerErrors()
  async list(@CurrentCaller() { userId }: Caller): Promise<Page<IdentityView>> {
    return { items: await this.links.list(userId), nextCursor: null };
  }

  @Delete(':id')
  @ApiOperation({
    operationId: 'unlinkIdentity',
    summary: 'Takes one of the ways in away',
    description: 'The login, or its last proof, must be younger than FRESH_LOGIN.',
  })
  @ApiInput(noBody, {})
  @ApiAnswer(200, z.null(), null)
  @ApiErrors('not_found', 'last_identity', 'fresh_login_required')
  @ApiCallerErrors()
  async unlink(
    @CurrentCaller() caller: Caller,
    @Param({ schema: idParams }) { id }: IdParams,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.links.unlink(caller.userId, id, whenceOf(request), (manager) =>
      this.freshLogin.requireWithin(manager, caller),
    );
  }
}
