import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RiskModule } from '../audit/risk.module.js';
import { SessionModule } from '../session/session.module.js';
import { UsersModule } from '../users/users.module.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { ErasureController } from './erasure.controller.js';
import { ExportController } from './export.controller.js';
import { Export } from './export.service.js';
import { IdentitiesController } from './identities.controller.js';
import { MeController } from './me.controller.js';
import { OwnPasswordController } from './own-password.controller.js';
import { OwnPassword } from './own-password.service.js';
import { SessionsController } from './sessions.controller.js';
import { WechatDataController } from './wechat-data.controller.js';
import { WechatData } from './wechat-data.service.js';

@Module({
  imports: [AuditModule, RiskModule, UsersModule, SessionModule, WechatModule],
  controllers: [
    MeController,
    OwnPasswordController,
    ErasureController,
    ExportController,
    IdentitiesController,
    SessionsController,
    WechatDataController,
  ],
  providers: [Export, OwnPassword, WechatData],
})
export class AccountModule {}
