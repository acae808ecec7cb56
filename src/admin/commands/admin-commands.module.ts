import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditModule } from '../../audit/audit.module.js';
import { CryptoModule } from '../../platform/crypto/crypto.module.js';
import { StoreModule } from '../../platform/store/store.module.js';
import { SessionModule } from '../../session/session.module.js';
import { UsersModule } from '../../users/users.module.js';
import { SessionKicks } from '../session-kicks.service.js';
import { UserStanding } from '../user-standing.service.js';
import { AdminCommands } from './admin-commands.service.js';
import { NamedUsers } from './named-users.service.js';
import { Recovery } from './recovery.service.js';
import { SessionCommands } from './session-commands.service.js';
import { UserCommands } from './user-commands.service.js';

/** What the shell needs of the service. */
@Module({
  imports: [StoreModule, CryptoModule, AuditModule, UsersModule, SessionModule],
  providers: [AdminCommands, NamedUsers, Recovery, SessionCommands, SessionKicks, UserCommands, UserStanding],
})
export class AdminCommandsModule implements OnApplicationShutdown {
  constructor(private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
