import { Body, Controller, Delete, Param } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Act } from '../audit/act.js';
import { idParams, type IdParams } from '../platform/http/id-params.js';
import { ApiAnswer, ApiErrors, ApiInput } from '../platform/http/openapi.js';
import { noBody } from '../platform/http/validation.js';
import { AdminRoute } from './admin-route.decorator.js';
import { CurrentAct } from './current-act.decorator.js';
import { SessionKicks } from './session-kicks.service.js';

const endedSessions = z.object({ ended: z.int().nonnegative().describe('How many') });

@ApiTags('Administration')
@Controller('api/v1/admin/users/:id/sessions')
export class UserSessionsController {
  constructor(private readonly kicks: SessionKicks) {}

  @Delete()
  @AdminRoute('admin')
  @ApiOperation({ operationId: 'endUserSessions', summary: 'Ends all sessions of a user as `kicked`; admin' })
  @ApiInput(noBody, {})
  @ApiAnswer(200, endedSessions, { ended: 2 })
  @ApiErrors('not_found')
  async endAll(
    @Param({ schema: idParams }) { id }: IdParams,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @CurrentAct() act: Act,
  ): Promise<z.infer<typeof endedSessions>> {
    return { ended: await this.kicks.endAll(id, act) };
  }
}
