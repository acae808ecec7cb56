import { Injectable } from '@nestjs/common';
import { Config } from '../platform/config/config.js';
import { hashSecret } from '../platform/crypto/secrets.js';
import { AppError } from '../platform/errors/app-error.js';
import { addressGroup } from '../platform/http/client-address.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { canonicalAccount } from './account-name.js';
import { Blocklist } from './blocklist.service.js';
import { takePlace } from './take-place.js';

const strikesCountMs = 24 * 60 * 60_000;
const ruleReason = 'rule: login failures';

/**
 * How often one may try to log in, over all replicas. Addresses count by their group: an IPv4 address, or a /64 of IPv6.
 * Everything here rejects with StoreUnavailableError where the store does not answer: an attempt that cannot be counted
 * is not made.
 */
@Injectable()
export class LoginLimits {
  constructor(
    private readonly store: KeyValueStore,
    private readonly blocklist: Blocklist,
    private readonly config: Config,
  ) {}

  /**
   * Counts one attempt to log in, through whatever door and however it ends; a refused one does not count.
   * @throws AppError too_many_requests
   */
  async countAttempt(address: string): Promise<void> {
    await takePlace(this.store, 'login-attempts', addressGroup(address), this.config.risk.loginsByAddress);
  }

  /**
   * Counts one account that is made, or tried to be.
   * @throws AppError too_many_requests
   */
  async countRegistration(address: string): Promise<void> {
    const { registrationsByAddress } = this.config.risk;
    await takePlace(this.store, 'registrations', addressGroup(address), registrationsByAddress);
  }

  /**
   * Asked once a machine client's secret was compared, and before anybody is told how: a wrong guess takes a place in the
   * window of its address, a right one takes none but is refused where none is free. One question to the store decides,
   * so that guesses made at the same moment learn no more than one after the other would.
   * @throws AppError too_many_requests
   */
  async countClientGuess(address: string, isRight: boolean): Promise<void> {
    const { loginsByAddress } = this.config.risk;
    await takePlace(this.store, 'client-guesses', addressGroup(address), loginsByAddress, isRight ? 0 : 1);
  }

  /**
   * Lets the password of an account be guessed, if its window has room. The guess is counted before it is looked at, so
   * that guesses made at the same moment cannot overrun the window: a wrong one stays counted, a right one empties it,
   * and one that nobody came to look at has not been.
   * @param account the name as accounts are compared by it; whether it exists makes no difference
   * @param guess throws AppError invalid_credentials where the password is wrong, and user_locked only where it is right
   * @throws AppError too_many_requests, and what the guess throws
   */
  async guess<Result>(account: string, guess: () => Promise<Result>): Promise<Result> {
    const key = hashOf(account);
    const giveBack = await takePlace(this.store, 'login-guesses', key, this.config.risk.failuresByAccount);
    const forgive = () => this.store.delete(`login-guesses:${key}`);
    try {
      const result = await guess();
      await orNot(forgive());
      return result;
    } catch (error) {
      const known = error instanceof AppError ? error.error : undefined;
      if (known === 'user_locked') await orNot(forgive());
      else if (known !== 'invalid_credentials') await orNot(giveBack());
      throw error;
    }
  }

  /**
   * Counts a failed login of an address. As many failures in one window as LOGIN_LIMIT_IP has room for are a strike:
   * they count no more, and the next strike is one window length later at the earliest. From the BLOCK_AFTER-th strike
   * within 24 hours on, each blocks the address group for BLOCK_FOR. Like all windows, both may reach back longer than
   * they say by a twentieth. Accounts are never blocked by rule: their owners would be locked out.
   * @returns whether this very failure has blocked the address
   */
  async recordFailure(address: string): Promise<boolean> {
    const group = addressGroup(address);
    if (!(await this.fillsWindow(group)) || !(await this.mayStrike(group))) return false;
    await this.store.delete(failuresOf(group));
    return (await this.strike(group)) >= this.config.risk.blockAfter && this.block(group);
  }

  private async fillsWindow(group: string): Promise<boolean> {
    const { count, windowMs } = this.config.risk.loginsByAddress;
    const failures = await this.store.slide(failuresOf(group), count, windowMs);
    return failures.count >= count;
  }

  /** One of all the failures that find the window full at the same time. */
  private mayStrike(group: string): Promise<boolean> {
    return this.store.setIfAbsent(`login-strike:${group}`, '', this.config.risk.loginsByAddress.windowMs);
  }

  /** The strikes of the last day, this one included. */
  private async strike(group: string): Promise<number> {
    const key = `login-strikes:${group}`;
    return (await this.store.slide(key, Number.MAX_SAFE_INTEGER, strikesCountMs)).count;
  }

  private block(group: string): Promise<boolean> {
    const expiresAt = Date.now() + this.config.risk.blockForMs;
    return this.blocklist.prolong({ kind: 'address', value: group, reason: ruleReason, expiresAt });
  }
}

/** A store that fails now makes nothing else of what has happened. */
async function orNot(settling: Promise<void>): Promise<void> {
  await settling.catch(() => undefined);
}

function failuresOf(group: string): string {
  return `login-failures:${group}`;
}

/** What people type as their name may be their password. */
function hashOf(account: string): string {
  return hashSecret(canonicalAccount(account));
}
