import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { Config } from '../platform/config/config.js';
import { ConfigError, Faults } from '../platform/config/config-error.js';
import { AppError } from '../platform/errors/app-error.js';
import { newPassword, username as usernameSchema } from './password-account.schemas.js';
import { PasswordPolicy } from './password-policy.service.js';
import { Passwords } from './passwords.service.js';
import { Users } from './users.service.js';

type Account = NonNullable<Config['firstAdministrator']>;

/** Makes the administrator that the configuration names, where nobody has that name yet; an existing user stays as they are. */
@Injectable()
export class FirstAdministrator implements OnApplicationBootstrap {
  private readonly logger = new Logger('FirstAdministrator');

  constructor(
    private readonly config: Config,
    private readonly policy: PasswordPolicy,
    private readonly passwords: Passwords,
    private readonly users: Users,
    private readonly audit: AuditLog,
  ) {}

  /** @throws ConfigError where the name or the password is none that a person may have */
  async onApplicationBootstrap(): Promise<void> {
    const account = this.config.firstAdministrator;
    if (!account) return;
    this.requireGood(account);
    if (await this.createIfAbsent(account)) return;
    await this.warnUnlessAdministrator(account);
  }

  private requireGood({ username, password }: Account): void {
    const faults = new Faults();
    if (!usernameSchema.safeParse(username).success)
      faults.add('ADMIN_USERNAME', 'must be letters, digits, _ . - alone, none of which looks ambiguous');
    if (!newPassword.safeParse(password).success)
      faults.add('ADMIN_PASSWORD', 'must be 8 to 128 characters of valid text');
    if (this.policy.weaknessOf(password, username) !== undefined)
      faults.add('ADMIN_PASSWORD', 'is one that is guessed first: choose another');
    if (faults.list.length > 0) throw new ConfigError(faults.list);
  }

  /** Replicas may start together: the one whose row it is remembers the act. */
  private async createIfAbsent(account: Account): Promise<boolean> {
    try {
      const { id: userId, username } = await this.passwords.register({ ...account, role: 'admin' });
      this.logger.log(`created the administrator ${username}`);
      this.audit.record({ event: 'first_administrator_created', outcome: 'success', userId });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.error === 'conflict') return false;
      throw error;
    }
  }

  private async warnUnlessAdministrator({ username }: Account): Promise<void> {
    const owner = await this.passwords.ownerOf(username);
    const role = owner === undefined ? undefined : (await this.users.find(owner)).role;
    if (role === 'admin') return;
    this.logger.warn('the user whom ADMIN_USERNAME names is no administrator: nothing was changed');
  }
}
