import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditEvent } from '../audit/audit-event.js';
import { Blocklist } from '../audit/blocklist.service.js';
import { LoginLimits } from '../audit/login-limits.service.js';
import { Nonces } from '../audit/nonces.service.js';
import { Refusals } from '../audit/refusals.service.js';
import { checkReplay } from '../audit/replay-protection.js';
import { Config } from '../platform/config/config.js';
import type { AppError } from '../platform/errors/app-error.js';
import { whenceOf } from '../platform/http/client-address.js';
import { toAppError } from '../platform/http/to-app-error.js';
import type { counters, LabelsOf } from '../platform/observability/metric-catalogue.js';
import { Metrics } from '../platform/observability/metrics.js';
import { withOutcome } from '../platform/observability/with-outcome.js';
import { Passwords } from '../users/passwords.service.js';
import { passwordDoor } from '../users/password-door.js';

/** A door, for whoever proves something at it. */
interface Door {
  /** As metrics name it; absent where the proof is not for a login. */
  name?: LabelsOf<typeof counters.logins>['door'] | undefined;
  /** The door's app. */
  appId?: string | undefined;
  /** The user to whom a way in is to be linked there, so that refusals are remembered as theirs. */
  linksTo?: string | undefined;
}

/** Somebody at a door. */
interface Knock {
  event: AuditEvent;
  door: Door;
  /** What was typed as a name. */
  username?: string;
}

/** Stands before every door: who may try, how often, and what is remembered of those who failed. */
@Injectable()
export class LoginGate {
  constructor(
    private readonly blocklist: Blocklist,
    private readonly limits: LoginLimits,
    private readonly nonces: Nonces,
    private readonly refusals: Refusals,
    private readonly passwords: Passwords,
    private readonly config: Config,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Lets an attempt to log in happen, if it may.
   * @throws AppError blocked, too_many_requests, nonce_replayed, request_signature_invalid, and whatever the attempt throws
   */
  async pass<Result>(request: FastifyRequest, door: Door, attempt: () => Promise<Result>): Promise<Result> {
    return this.admit(request, { event: eventAt(door), door }, this.neverReplayed(request, attempt));
  }

  /** The same for a browser that WeChat sends: it carries no headers of ours, its state stands for them. */
  async passRedirect<Result>(
    request: FastifyRequest,
    door: Door,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    return this.admit(request, { event: eventAt(door), door }, attempt);
  }

  /** The same for who comes by a name: that may be blocked as well, and failures are remembered with it. */
  async passByName<Result>(
    request: FastifyRequest,
    event: 'login' | 'user_registered',
    username: string,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    const name = event === 'login' ? ('password' as const) : undefined;
    const door = { name, appId: passwordDoor.clientId };
    return this.admit(request, { event, door, username }, this.neverReplayed(request, attempt));
  }

  private async admit<Result>(
    request: FastifyRequest,
    { event, door, username }: Knock,
    attempt: () => Promise<Result>,
  ): Promise<Result> {
    const whence = whenceOf(request);
    try {
      return await this.counted(door, async () => {
        await this.blocklist.requireFree({ address: whence.address, account: username });
        await this.limits.countAttempt(whence.address);
        return attempt();
      });
    } catch (error) {
      const refusal = toAppError(error);
      const known = await this.ownerOf(username, refusal);
      const userId = door.linksTo ?? known?.userId;
      const refused = { event, appId: door.appId, username: known?.username, userId, ...whence };
      await this.refusals.remember(refused, refusal);
      throw error;
    }
  }

  private counted<Result>({ name: door }: Door, work: () => Promise<Result>): Promise<Result> {
    if (door === undefined) return work();
    return withOutcome(work, (outcome) => this.metrics.count('logins', { door, outcome }));
  }

  private neverReplayed<Result>(request: FastifyRequest, attempt: () => Promise<Result>) {
    return async () => {
      await checkReplay(request.headers, this.config.risk.replayProtection, this.nonces);
      return attempt();
    };
  }

  /**
   * The name as it was typed, where somebody has it: when they are erased, it goes from the audit log too. What nobody
   * has may be a password in the wrong field. Who has waited for a dependency in vain does not wait for it once more.
   */
  private async ownerOf(
    username: string | undefined,
    { error }: AppError,
  ): Promise<{ username: string; userId: string } | undefined> {
    if (username === undefined || error === 'dependency_unavailable') return undefined;
    const userId = await this.passwords.ownerOf(username).catch(() => undefined);
    return userId === undefined ? undefined : { username, userId };
  }

  /** The same for what only begins a login, and has a limit of its own: it takes no place of an attempt. */
  async passToBegin<Result>(request: FastifyRequest, begin: () => Promise<Result>): Promise<Result> {
    const whence = whenceOf(request);
    try {
      await this.blocklist.requireFree({ address: whence.address });
      return await begin();
    } catch (error) {
      await this.refusals.remember({ event: 'login', ...whence }, toAppError(error));
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

function eventAt({ linksTo }: Door): AuditEvent {
  return linksTo === undefined ? 'login' : 'identity_linked';
}
