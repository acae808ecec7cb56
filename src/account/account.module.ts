import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module.js';
import { UsersModule } from '../users/users.module.js';
import { IdentitiesController } from './identities.controller.js';
import { MeController } from './me.controller.js';
import { SessionsController } from './sessions.controller.js';

@Module({
  imports: [UsersModule, SessionModule],
  controllers: [MeController, IdentitiesController, SessionsController],
})
export class AccountModule {}
