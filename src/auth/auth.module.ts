import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RiskModule } from '../audit/risk.module.js';
import { SessionModule } from '../session/session.module.js';
import { UsersModule } from '../users/users.module.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { BrowserCookie } from './cookies/browser-cookie.service.js';
import { Csrf } from './cookies/csrf.service.js';
import { SessionCookies } from './cookies/session-cookies.service.js';
import { CredentialsReader } from './credentials.service.js';
import { Idempotency } from './idempotency.service.js';
import { LoginGate } from './login-gate.service.js';
import { LoginService } from './login.service.js';
import { TokenDelivery } from './token-delivery.service.js';
import { TokensController } from './tokens.controller.js';
import { WechatController } from './wechat/wechat.controller.js';
import { WechatStrategy } from './wechat/wechat.strategy.js';

@Module({
  imports: [AuditModule, RiskModule, UsersModule, SessionModule, WechatModule],
  controllers: [WechatController, TokensController],
  providers: [
    LoginService,
    LoginGate,
    Idempotency,
    WechatStrategy,
    BrowserCookie,
    SessionCookies,
    Csrf,
    CredentialsReader,
    TokenDelivery,
  ],
  exports: [CredentialsReader, Csrf],
})
export class AuthModule {}
