import { Injectable } from '@nestjs/common';
import type { AdminCommand } from './command-line.js';
import type { Asker } from './confirmation.js';
import type { Outcome } from './outcome.js';
import { Recovery } from './recovery.service.js';
import { SessionCommands } from './session-commands.service.js';
import { UserCommands } from './user-commands.service.js';

/** Does what the command line says. */
@Injectable()
export class AdminCommands {
  constructor(
    private readonly users: UserCommands,
    private readonly sessions: SessionCommands,
    private readonly recovery: Recovery,
  ) {}

  /** @throws AppError, Refusal */
  run({ name, told }: AdminCommand, asker: Asker): Promise<Outcome> {
    switch (name) {
      case 'users find':
        return this.users.find(told);
      case 'users lock':
        return this.users.change(told.user, { status: 'locked' });
      case 'users unlock':
        return this.users.change(told.user, { status: 'active' });
      case 'users role':
        return this.users.change(told.user, { role: told.role });
      case 'users merge':
        return this.users.merge(told, asker);
      case 'users erase':
        return this.users.erase(told, asker);
      case 'sessions list':
        return this.sessions.list(told, asker.language);
      case 'sessions end':
        return this.sessions.end(told);
      case 'recover':
        return this.recovery.recover(told, asker);
    }
  }
}
