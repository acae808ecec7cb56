import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { AuditLog } from '../audit/audit-log.service.js';
import { Blocklist } from '../audit/blocklist.service.js';
import { LoginLimits } from '../audit/login-limits.service.js';
import { Nonces } from '../audit/nonces.service.js';
import { checkReplay } from '../audit/replay-protection.js';
import { Config } from '../platform/config/config.js';
import type { AppError } from '../platform/errors/app-error.js';
import { whenceOf } from '../platform/http/client-address.js';
import { toAppError } from '../platform/http/to-app-error.js';

/** What turns an attempt away before it is looked at. */
const turnedAway = new Set(['blocked', 'too_many_requests']);
/** Whoever hammers is remembered once in this time: the audit log must not be a way to fill a disk. */
const rememberEveryMs = 10_000;

/** Stands before every door: who may try, how often, and what is remembered of those who failed. */
@Injectable()
export class LoginGate {
  private readonly lately = new LRUCache<string, true>({ max: 10_000, ttl: rememberEveryMs });

  constructor(
    private readonly blocklist: Blocklist,
    private readonly limits: LoginLimits,
    private readonly nonces: Nonces,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /**
   * Lets an attempt to log in happen, if it may.
   * @param appId the door's app
   * @throws AppError blocked, too_many_requests, nonce_replayed, request_signature_invalid, and whatever the attempt throws
   */
  async pass<Result>(
    request: FastifyRequest,
    appId: string,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    try {
      const { address } = whenceOf(request);
      await this.blocklist.requireFree({ address });
      await this.limits.countAttempt(address);
      await checkReplay(request.headers, this.config.risk.replayProtection, this.nonces);
      return await attempt();
    } catch (error) {
      await this.remember(request, appId, toAppError(error));
      throw error;
    }
  }

  /** @throws AppError blocked */
  async requireFree(request: FastifyRequest): Promise<void> {
    await this.blocklist.requireFree({ address: whenceOf(request).address });
  }

  private async remember(request: FastifyRequest, appId: string, { error, status }: AppError): Promise<void> {
    const whence = whenceOf(request);
    const blocked = turnedAway.has(error);
    const isRepetition = blocked && this.lately.has(`${error} ${whence.address}`);
    if (status < 401 || isRepetition) return;
    if (blocked) this.lately.set(`${error} ${whence.address}`, true);
    this.audit.record({ event: 'login', outcome: 'failure', reason: error, blocked, appId, ...whence });
    if (status === 401 && (await this.isBlockedNow(whence.address))) {
      this.audit.record({ event: 'address_blocked', outcome: 'success', reason: 'rule', ...whence });
    }
  }

  /** The answer is an error already; a store that cannot count it does not make it another. */
  private async isBlockedNow(address: string): Promise<boolean> {
    return this.limits.recordFailure(address).catch(() => false);
  }
}
