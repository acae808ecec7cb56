import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { AppError } from '../platform/errors/app-error.js';
import { addressGroup } from '../platform/http/client-address.js';
import type { AuditEvent } from './audit-event.js';
import { AuditLog } from './audit-log.service.js';
import { LoginLimits } from './login-limits.service.js';

/** Whose attempt was refused. */
export interface RefusedAttempt {
  event: AuditEvent;
  address: string;
  userAgent?: string;
  appId?: string;
  /** The name as it was typed, where somebody has it, and whose it is. */
  username?: string;
  userId?: string;
}

/** What turns an attempt away before it is looked at. */
const turnedAway = new Set(['blocked', 'too_many_requests']);
/** What takes no place in any window, so that one may have it as often as one likes. */
const boundless = new Set([
  ...turnedAway,
  'nonce_replayed',
  'csrf_invalid',
  'forbidden',
  'dependency_unavailable',
]);
/** Whoever hammers is remembered once in this time: the audit log must not be a way to fill a disk. */
const rememberEveryMs = 10_000;

/** Remembers refused attempts at doors, and counts those that were guesses against their address. */
@Injectable()
export class Refusals {
  private readonly lately = new LRUCache<string, true>({ max: 10_000, ttl: rememberEveryMs });

  constructor(
    private readonly audit: AuditLog,
    private readonly limits: LoginLimits,
  ) {}

  /** Never throws: the attempt has its error already. */
  async remember(attempt: RefusedAttempt, refusal: AppError): Promise<void> {
    const { error, status, about } = refusal;
    if (status < 401) return;
    if (!boundless.has(error) || this.isFirstLately(attempt, refusal)) {
      const blocked = turnedAway.has(error);
      this.audit.record({ ...attempt, ...about, outcome: 'failure', reason: error, blocked });
    }
    if (status !== 401 || !(await this.isBlockedNow(attempt.address))) return;
    const { address, userAgent } = attempt;
    this.audit.record({ event: 'address_blocked', outcome: 'success', reason: 'rule', address, userAgent });
  }

  /** Who is proven to be another is not forgotten over who else came from that address. */
  private isFirstLately({ event, address }: RefusedAttempt, { error, about }: AppError): boolean {
    const who = about.userId ?? about.appId ?? '';
    const key = `${event} ${error} ${addressGroup(address)} ${who}`;
    const isFirst = !this.lately.has(key);
    if (isFirst) this.lately.set(key, true);
    return isFirst;
  }

  /** A store that cannot count it does not make the answer another. */
  private isBlockedNow(address: string): Promise<boolean> {
    return this.limits.recordFailure(address).catch(() => false);
  }
}
