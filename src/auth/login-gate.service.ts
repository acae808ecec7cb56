import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Blocklist } from '../audit/blocklist.service.js';
import { LoginLimits } from '../audit/login-limits.service.js';
import { Nonces } from '../audit/nonces.service.js';
import { Refusals } from '../audit/refusals.service.js';
import { checkReplay } from '../audit/replay-protection.js';
import { Config } from '../platform/config/config.js';
import { whenceOf } from '../platform/http/client-address.js';
import { toAppError } from '../platform/http/to-app-error.js';

/** Stands before every door: who may try, how often, and what is remembered of those who failed. */
@Injectable()
export class LoginGate {
  constructor(
    private readonly blocklist: Blocklist,
    private readonly limits: LoginLimits,
    private readonly nonces: Nonces,
    private readonly refusals: Refusals,
    private readonly config: Config,
  ) {}

  /**
   * Lets an attempt to log in happen, if it may.
   * @param appId the door's app
   * @throws AppError blocked, too_many_requests, nonce_replayed, request_signature_invalid, and whatever the attempt throws
   */
  async pass<Result>(
    request: FastifyRequest,
    appId: string | undefined,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    return this.passRedirect(request, appId, async () => {
      await checkReplay(request.headers, this.config.risk.replayProtection, this.nonces);
      return attempt();
    });
  }

  /** The same for a browser that WeChat sends: it carries no headers of ours, its state stands for them. */
  async passRedirect<Result>(
    request: FastifyRequest,
    appId: string | undefined,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    const whence = whenceOf(request);
    try {
      await this.blocklist.requireFree({ address: whence.address });
      await this.limits.countAttempt(whence.address);
      return await attempt();
    } catch (error) {
      await this.refusals.remember({ event: 'login', appId, ...whence }, toAppError(error));
      throw error;
    }
  }

  /**
   * Of a refresh no more is asked.
   * @throws AppError blocked
   */
  async requireFree(request: FastifyRequest): Promise<void> {
    const whence = whenceOf(request);
    try {
      await this.blocklist.requireFree({ address: whence.address });
    } catch (error) {
      await this.refusals.remember({ event: 'refresh_refused', ...whence }, toAppError(error));
      throw error;
    }
  }
}
