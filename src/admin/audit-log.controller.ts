import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { auditEntryView, type AuditEntryView } from '../audit/audit-entry.view.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { ApiAnswer } from '../platform/http/openapi.js';
import { pageSchema, type Page } from '../platform/http/page.js';
import { AdminRoute } from './admin-route.decorator.js';
import { auditQuery } from './audit-query.schemas.js';

const entryExample: AuditEntryView = {
  id: '0199f0d2-8b73-7000-8000-6a2d9e4f7138',
  at: '2026-05-20T13:14:05.206Z',
  event: 'login',
  userId: '0199c3a4-5d1e-7c42-9a6b-3f0e8d7c1b25',
  username: null,
  address: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0.50',
  appId: 'wx0123456789abcdef',
  outcome: 'success',
  blocked: false,
  reason: null,
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
};

@ApiTags('Administration')
@Controller('api/v1/admin/audit-log')
export class AuditLogController {
  constructor(private readonly audit: AuditLog) {}

  @Get()
  @AdminRoute('admin', 'auditor')
  @ApiOperation({
    operationId: 'listAuditLog',
    summary: 'What happened, newest first; admin, auditor',
    description: 'All that is asked for must hold. An act can be read within a second.',
  })
  @ApiAnswer(200, pageSchema(auditEntryView), { items: [entryExample], nextCursor: null })
  list(
    @Query({ schema: auditQuery }) { cursor, limit, ...filter }: z.infer<typeof auditQuery>,
  ): Promise<Page<AuditEntryView>> {
    return this.audit.list(filter, limit, cursor);
  }
}
