import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { RiskModule } from '../audit/risk.module.js';
import { AccessTokens } from './access-tokens.service.js';
import { FreshLogin } from './fresh-login.service.js';
import { TokenInspector } from './introspection.service.js';
import { JwksController } from './jwks.controller.js';
import { MachineClients } from './machine-clients.service.js';
import { OauthController } from './oauth.controller.js';
import { SessionCookies } from './session-cookies.service.js';
import { SessionCount } from './session-count.service.js';
import { SessionEnds } from './session-ends.service.js';
import { SessionRoles } from './session-roles.service.js';
import { SessionHistory } from './session-history.service.js';
import { SessionRetention } from './session-retention.service.js';
import { SessionEntity } from './session.entity.js';
import { LastSeen } from './last-seen.service.js';
import { SessionStates } from './session-states.service.js';
import { Sessions } from './sessions.service.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeys } from './signing-keys.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([SessionEntity, SigningKeyEntity]), AuditModule, RiskModule],
  controllers: [JwksController, OauthController],
  providers: [
    SigningKeys,
    AccessTokens,
    LastSeen,
    SessionRetention,
    SessionCookies,
    SessionStates,
    SessionCount,
    SessionEnds,
    SessionHistory,
    SessionRoles,
    Sessions,
    FreshLogin,
    MachineClients,
    TokenInspector,
  ],
  exports: [
    AccessTokens,
    FreshLogin,
    MachineClients,
    SessionCookies,
    SessionStates,
    SessionCount,
    SessionEnds,
    SessionHistory,
    SessionRoles,
    Sessions,
  ],
})
export class SessionModule {}
