import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RiskModule } from '../audit/risk.module.js';
import { SessionModule } from '../session/session.module.js';
import { UsersModule } from '../users/users.module.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { AuditLogController } from './audit-log.controller.js';
import { BlocksController } from './blocks.controller.js';
import { MergesController } from './merges.controller.js';
import { SessionKicks } from './session-kicks.service.js';
import { StatsController } from './stats.controller.js';
import { Stats } from './stats.service.js';
import { UserSessionsController } from './user-sessions.controller.js';
import { UserStanding } from './user-standing.service.js';
import { UsersController } from './users.controller.js';

@Module({
  imports: [AuditModule, RiskModule, UsersModule, SessionModule, WechatModule],
  controllers: [
    UsersController,
    UserSessionsController,
    AuditLogController,
    BlocksController,
    MergesController,
    StatsController,
  ],
  providers: [SessionKicks, Stats, UserStanding],
})
export class AdminModule {}
