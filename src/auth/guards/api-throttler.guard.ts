import { Injectable, type ExecutionContext } from '@nestjs/common';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  ThrottlerStorage,
} from '@nestjs/throttler';
import type { ThrottlerLimitDetail, ThrottlerModuleOptions } from '@nestjs/throttler';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { tooManyRequests } from '../../platform/errors/too-many-requests.js';
import { addressGroup, clientAddress } from '../../platform/http/client-address.js';
import { isApiRoute } from '../../platform/http/envelope.adapter.js';
import { AccessTokens } from '../../session/access-tokens.service.js';
import { SessionStates } from '../../session/session-states.service.js';
import { CredentialsReader } from '../credentials.service.js';

/** Limits all of /api/v1 by user, or by address where no good token says who it is (`API_LIMIT`). */
@Injectable()
export class ApiThrottlerGuard extends ThrottlerGuard {
  protected override headerPrefix = 'RateLimit';

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly credentials: CredentialsReader,
    private readonly sessions: SessionStates,
  ) {
    super(options, storage, reflector);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return !isApiRoute(context.switchToHttp().getRequest<FastifyRequest>());
  }

  protected override async getTracker(request: FastifyRequest): Promise<string> {
    return (await this.userOf(request)) ?? `address:${addressGroup(clientAddress(request))}`;
  }

  /** One count for all routes. */
  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return `api:${tracker}`;
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    { limit, timeToBlockExpire }: ThrottlerLimitDetail,
  ): never {
    throw tooManyRequests(limit, timeToBlockExpire);
  }

  /** Only a session that stands counts for its user: whoever keeps an ended one must not use up what is the owner's. */
  private async userOf(request: FastifyRequest): Promise<string | undefined> {
    const credentials = this.credentials.read(request);
    if (!credentials) return undefined;
    try {
      const { sid } = this.tokens.verify(credentials.token);
      const { userId } = await this.sessions.require(sid);
      return `user:${userId}`;
    } catch {
      return undefined;
    }
  }
}
