import { Module } from '@nestjs/common';
import { RiskModule } from '../audit/risk.module.js';
import { SessionModule } from '../session/session.module.js';
import { UsersModule } from '../users/users.module.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { IdentitiesController } from './identities.controller.js';
import { MeController } from './me.controller.js';
import { SessionsController } from './sessions.controller.js';
import { WechatDataController } from './wechat-data.controller.js';
import { WechatData } from './wechat-data.service.js';

@Module({
  imports: [RiskModule, UsersModule, SessionModule, WechatModule],
  controllers: [MeController, IdentitiesController, SessionsController, WechatDataController],
  providers: [WechatData],
})
export class AccountModule {}
