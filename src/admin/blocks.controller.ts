import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { actInDetail, type Act } from '../audit/act.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { blockView, type BlockView } from '../audit/block.view.js';
import { Blocklist } from '../audit/blocklist.service.js';
import { idParams, type IdParams } from '../platform/http/id-params.js';
import { ApiAnswer, ApiErrors, ApiInput } from '../platform/http/openapi.js';
import { pageRequest, pageSchema, type Page, type PageRequest } from '../platform/http/page.js';
import { noBody } from '../platform/http/validation.js';
import { AdminRoute } from './admin-route.decorator.js';
import { CurrentAct } from './current-act.decorator.js';
import { momentToCome } from './moment.schemas.js';

const newBlock = z.strictObject({
  kind: blockView.shape.kind,
  value: z.string().min(1).max(256).describe('An address, a CIDR range, or the username of an account'),
  reason: z.string().trim().min(1).max(255).default('').describe('For operators alone'),
  expiresAt: momentToCome.nullable().default(null).describe('ISO 8601; null stands until it is removed'),
});

const blockExample: BlockView = {
  id: '0199f0d2-9c41-7b2e-a5d3-8e6f7a1b0c24',
  kind: 'address',
  value: '203.0.113.0/24',
  reason: 'guesses passwords',
  createdAt: '2026-05-20T13:14:05.206Z',
  expiresAt: '2026-05-21T00:00:00.000Z',
};
const { kind, value, reason } = blockExample;

@ApiTags('Administration')
@Controller('api/v1/admin/blocks')
export class BlocksController {
  constructor(
    private readonly blocklist: Blocklist,
    private readonly audit: AuditLog,
  ) {}

  @Get()
  @AdminRoute('admin')
  @ApiOperation({ operationId: 'listBlocks', summary: 'Who may not log in, newest first; admin' })
  @ApiAnswer(200, pageSchema(blockView), { items: [blockExample], nextCursor: null })
  list(@Query({ schema: pageRequest }) { cursor, limit }: PageRequest): Promise<Page<BlockView>> {
    return this.blocklist.list(cursor, limit);
  }

  @Post()
  @AdminRoute('admin')
  @ApiOperation({
    operationId: 'addBlock',
    summary: 'Lets an address, a range of them or an account log in no more; admin',
    description: 'Ends no session. What is blocked already keeps its id and gets the new reason and end.',
  })
  @ApiInput(newBlock, { kind, value, reason, expiresAt: '2036-05-21T00:00:00Z' })
  @ApiAnswer(201, blockView, blockExample)
  async add(
    @Body({ schema: newBlock }) block: z.infer<typeof newBlock>,
    @CurrentAct() act: Act,
  ): Promise<BlockView> {
    const added = await this.blocklist.add(block);
    this.record('block_added', added, act);
    return added;
  }

  @Delete(':id')
  @AdminRoute('admin')
  @ApiOperation({ operationId: 'removeBlock', summary: 'Takes a block away; admin' })
  @ApiInput(noBody, {})
  @ApiAnswer(200, z.null(), null)
  @ApiErrors('not_found')
  async remove(
    @Param({ schema: idParams }) { id }: IdParams,
    @Body({ schema: noBody }) _body: z.infer<typeof noBody>,
    @CurrentAct() act: Act,
  ): Promise<void> {
    this.record('block_removed', await this.blocklist.remove(id), act);
  }

  /** Names stay out of reasons, where erasure would not find them. */
  private record(event: 'block_added' | 'block_removed', { kind, value }: BlockView, act: Act): void {
    const detail = kind === 'address' ? value : 'an account';
    this.audit.record({ event, outcome: 'success', ...actInDetail(act, detail) });
  }
}
