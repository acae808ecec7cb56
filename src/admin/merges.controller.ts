import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Act } from '../audit/act.js';
import { idParams, type IdParams } from '../platform/http/id-params.js';
import { ApiAnswer, ApiErrors, ApiInput } from '../platform/http/openapi.js';
import { pageRequest, pageSchema, type Page, type PageRequest } from '../platform/http/page.js';
import { noBody } from '../platform/http/validation.js';
import { SessionEnds } from '../session/session-ends.service.js';
import { mergeView, type MergeView } from '../users/merge.view.js';
import { MergeRecords } from '../users/merge-records.service.js';
import { Merges } from '../users/merges.service.js';
import { AdminRoute } from './admin-route.decorator.js';
import { CurrentAct } from './current-act.decorator.js';

const mergeExample: MergeView = {
  id: '0199f0d2-7a10-7c3d-b4e5-1f2a3b4c5d6e',
  survivorId: '0199c3a4-5d1e-7c42-9a6b-3f0e8d7c1b25',
  mergedId: '0199d2b7-1c3d-7e5f-8a9b-0c1d2e3f4a5b',
  mergedAt: '2026-05-20T13:14:05.206Z',
  appId: 'wx0123456789abcdef',
  undoneAt: null,
  undoableUntil: '2026-06-19T13:14:05.206Z',
};
const undoneExample: MergeView = {
  ...mergeExample,
  undoneAt: '2026-05-21T08:30:00.000Z',
  undoableUntil: null,
};

@ApiTags('Administration')
@Controller('api/v1/admin/merges')
export class MergesController {
  constructor(
    private readonly records: MergeRecords,
    private readonly merges: Merges,
    private readonly ends: SessionEnds,
  ) {}

  @Get()
  @AdminRoute('admin')
  @ApiOperation({ operationId: 'listMerges', summary: 'Users who turned out to be one, newest first; admin' })
  @ApiAnswer(200, pageSchema(mergeView), { items: [mergeExample], nextCursor: null })
  list(@Query({ schema: pageRequest }) page: PageRequest): Promise<Page<MergeView>> {
    return this.records.list(page);
  }

  @Post(':id/undo')
  @AdminRoute('admin')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'undoMerge',
    summary: 'Makes a user two again; admin',
    description:
      'Within 30 days. What moved goes back, the sessions of the survivor end as `kicked`, and the two are never merged again.',
  })
  @ApiInput(noBody, {})
  @ApiAnswer(200, mergeView, undoneExample)
  @ApiErrors('not_found', 'conflict')
  async undo(
    @Param({ schema: idParams }) { id }: IdParams,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @CurrentAct() act: Act,
  ): Promise<MergeView> {
    const { address, userAgent } = act;
    const ending = this.ends.endingAllOf('kicked', { address, userAgent });
    await this.merges.undo(id, ending.within, act);
    await ending.announce();
    return this.records.get(id);
  }
}
