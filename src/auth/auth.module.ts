import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module.js';
import { UsersModule } from '../users/users.module.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { Idempotency } from './idempotency.service.js';
import { LoginService } from './login.service.js';
import { TokensController } from './tokens.controller.js';
import { WechatController } from './wechat/wechat.controller.js';
import { WechatStrategy } from './wechat/wechat.strategy.js';

@Module({
  imports: [UsersModule, SessionModule, WechatModule],
  controllers: [WechatController, TokensController],
  providers: [LoginService, Idempotency, WechatStrategy],
})
export class AuthModule {}
