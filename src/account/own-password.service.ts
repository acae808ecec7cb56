import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { AuditLog } from '../audit/audit-log.service.js';
import { Blocklist } from '../audit/blocklist.service.js';
import { LoginLimits } from '../audit/login-limits.service.js';
import { Refusals, type RefusedAttempt } from '../audit/refusals.service.js';
import type { Caller } from '../platform/http/caller.decorator.js';
import type { Whence } from '../platform/http/client-address.js';
import { toAppError } from '../platform/http/to-app-error.js';
import { parseRequest } from '../platform/http/validation.js';
import { FreshLogin } from '../session/fresh-login.service.js';
import { SessionEnds } from '../session/session-ends.service.js';
import { PasswordPolicy } from '../users/password-policy.service.js';
import { Passwords } from '../users/passwords.service.js';
import { Users } from '../users/users.service.js';
import type { PasswordInput } from './own-password.schemas.js';

/** Ends sessions within the transaction in which the password changes. */
type Ending = (manager: EntityManager) => Promise<void>;

const firstPassword = z.object({ currentPassword: z.undefined().optional(), username: z.string() });

/** Changes a person's own password, or sets the first one; all their other sessions end. */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly users: Users,
    private readonly passwords: Passwords,
    private readonly policy: PasswordPolicy,
    private readonly ends: SessionEnds,
    private readonly freshLogin: FreshLogin,
    private readonly blocklist: Blocklist,
    private readonly limits: LoginLimits,
    private readonly refusals: Refusals,
    private readonly audit: AuditLog,
  ) {}

  /** @throws AppError as `change` and `setFirst` do; blocked, too_many_requests */
  async put(caller: Caller, input: PasswordInput, whence: Whence): Promise<void> {
    const { username } = await this.users.find(caller.userId);
    // A password that may not be is a fault of the form, and no guess.
    this.policy.requireGood('newPassword', input.newPassword, username ?? input.username ?? null);
    const event = username === null ? 'password_set' : 'password_changed';
    const act = { event, userId: caller.userId, appId: caller.clientId, ...whence } as const;
    await this.rememberingRefusals(act, async () => {
      await this.blocklist.requireFree({ address: whence.address, account: username ?? input.username });
      await this.limits.countAttempt(whence.address);
      const others = this.ends.endingAllOf('password_changed', whence, caller.sessionId);
      const ending: Ending = (manager) => others.within(manager, caller.userId);
      if (username === null) await this.setFirst(caller, input, ending);
      else await this.change(caller, username, input, ending);
      await others.announce();
    });
    this.audit.record({ ...act, outcome: 'success' });
  }

  /**
   * The current password is a guess like one at the door, and a right one a proof like a login.
   * @throws AppError invalid_credentials, invalid_request, too_many_requests, session_ended
   */
  private async change(
    { userId, sessionId }: Caller,
    username: string,
    input: PasswordInput,
    ending: Ending,
  ): Promise<void> {
    const changed = z.object({ currentPassword: z.string(), username: z.literal(username).optional() });
    const { currentPassword } = parseRequest(changed, input);
    await this.limits.guess(username, () =>
      this.passwords.change(userId, currentPassword, input.newPassword, async (manager) => {
        await this.freshLogin.renew(sessionId, manager);
        await ending(manager);
      }),
    );
  }

  /** @throws AppError fresh_login_required, invalid_request, conflict where the name is taken, session_ended */
  private async setFirst(caller: Caller, input: PasswordInput, ending: Ending): Promise<void> {
    await this.freshLogin.require(caller);
    const { username } = parseRequest(firstPassword, input);
    await this.passwords.setFirst(caller.userId, username, input.newPassword, async (manager) => {
      // Hashing takes its time: the session may have ended meanwhile.
      await this.freshLogin.requireWithin(manager, caller);
      await ending(manager);
    });
  }

  private async rememberingRefusals(attempt: RefusedAttempt, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      await this.refusals.remember(attempt, toAppError(error));
      throw error;
    }
  }
}
