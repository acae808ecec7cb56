import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessTokens } from './access-tokens.service.js';
import { JwksController } from './jwks.controller.js';
import { SessionEntity } from './session.entity.js';
import { SessionStates } from './session-states.service.js';
import { Sessions } from './sessions.service.js';
import { SigningKeyEntity } from './signing-key.entity.js';
import { SigningKeys } from './signing-keys.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([SessionEntity, SigningKeyEntity])],
  controllers: [JwksController],
  providers: [SigningKeys, AccessTokens, SessionStates, Sessions],
  exports: [AccessTokens, SessionStates, Sessions],
})
export class SessionModule {}
