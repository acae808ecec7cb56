import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiAnswer } from '../platform/http/openapi.js';
import { AdminRoute } from './admin-route.decorator.js';
import { statsQuery, statsView, type StatsRange, type StatsView } from './stats.schemas.js';
import { Stats } from './stats.service.js';

const statsExample: StatsView = {
  from: '2026-05-14T00:00:00.000Z',
  to: '2026-05-21T00:00:00.000Z',
  interval: 'day',
  logins: [
    {
      at: '2026-05-20T00:00:00.000Z',
      appId: 'wx0123456789abcdef',
      door: 'mini-program',
      outcome: 'success',
      count: 1834,
    },
    { at: '2026-05-20T00:00:00.000Z', appId: 'wxpass', door: 'password', outcome: 'failure', count: 12 },
  ],
  activeSessions: 5127,
  users: { active: 10_482, locked: 3 },
};

@ApiTags('Administration')
@Controller('api/v1/admin/stats')
export class StatsController {
  constructor(private readonly stats: Stats) {}

  @Get()
  @AdminRoute('admin', 'auditor')
  @ApiOperation({
    operationId: 'getStats',
    summary: 'Logins over time by door and outcome, active sessions, users; admin, auditor',
    description: 'The range grows to whole hours or days. A login is counted within a second.',
  })
  @ApiAnswer(200, statsView, statsExample)
  over(@Query({ schema: statsQuery }) range: StatsRange): Promise<StatsView> {
    return this.stats.over(range);
  }
}
