import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { RiskModule } from '../audit/risk.module.js';
import { SessionModule } from '../session/session.module.js';
import { UsersModule } from '../users/users.module.js';
import { WechatModule } from '../wechat/wechat.module.js';
import { BrowserCookie } from './cookies/browser-cookie.service.js';
import { Csrf } from './cookies/csrf.service.js';
import { CredentialsReader } from './credentials.service.js';
import { Idempotency } from './idempotency.service.js';
import { LoginCodesController } from './login-codes.controller.js';
import { LoginCodes } from './login-codes.service.js';
import { LoginGate } from './login-gate.service.js';
import { LoginService } from './login.service.js';
import { Once } from './once.service.js';
import { ReturnTo } from '../platform/http/return-to.service.js';
import { ScanDecisions } from './scan/scan-decisions.service.js';
import { ScanOwners } from './scan/scan-owners.service.js';
import { ScanPhoneController } from './scan/scan-phone.controller.js';
import { ScanPushes } from './scan/scan-pushes.service.js';
import { ScanQr } from './scan/scan-qr.service.js';
import { ScanSocketController } from './scan/scan-socket.controller.js';
import { ScanSockets } from './scan/scan-sockets.service.js';
import { ScanTickets } from './scan/scan-tickets.service.js';
import { ScanWaiting } from './scan/scan-waiting.service.js';
import { ScansController } from './scan/scans.controller.js';
import { Scans } from './scan/scans.service.js';
import { PasswordController } from './password/password.controller.js';
import { PasswordLogin } from './password/password-login.service.js';
import { Registration } from './password/registration.service.js';
import { TokenDelivery } from './token-delivery.service.js';
import { TokensController } from './tokens.controller.js';
import { LinkController } from './wechat/link.controller.js';
import { LoginStates } from './wechat/login-states.service.js';
import { PhoneBinding } from './wechat/phone-binding.service.js';
import { PhoneController } from './wechat/phone.controller.js';
import { PushActs } from './wechat/push-acts.service.js';
import { PushConsents } from './wechat/push-consents.service.js';
import { PushInbox } from './wechat/push-inbox.service.js';
import { PushController } from './wechat/push.controller.js';
import { RedirectLogin } from './wechat/redirect-login.service.js';
import { RedirectController } from './wechat/redirect.controller.js';
import { WechatController } from './wechat/wechat.controller.js';
import { WechatStrategy } from './wechat/wechat.strategy.js';

@Module({
  imports: [AuditModule, RiskModule, UsersModule, SessionModule, WechatModule],
  controllers: [
    WechatController,
    RedirectController,
    LinkController,
    PhoneController,
    PushController,
    TokensController,
    PasswordController,
    LoginCodesController,
    ScansController,
    ScanSocketController,
    ScanPhoneController,
  ],
  providers: [
    LoginService,
    LoginGate,
    Once,
    Idempotency,
    PasswordLogin,
    Registration,
    LoginCodes,
    ReturnTo,
    LoginStates,
    RedirectLogin,
    ScanTickets,
    ScanOwners,
    ScanWaiting,
    Scans,
    ScanDecisions,
    ScanQr,
    ScanPushes,
    ScanSockets,
    PushConsents,
    PushActs,
    PushInbox,
    PhoneBinding,
    WechatStrategy,
    BrowserCookie,
    Csrf,
    CredentialsReader,
    TokenDelivery,
  ],
  exports: [CredentialsReader, Csrf, ScanOwners],
})
export class AuthModule {}
