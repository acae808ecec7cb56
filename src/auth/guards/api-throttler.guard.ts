import { Injectable, type ExecutionContext } from '@nestjs/common';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  ThrottlerStorage,
} from '@nestjs/throttler';
import type { ThrottlerLimitDetail, ThrottlerModuleOptions } from '@nestjs/throttler';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/app-error.js';
import { callerToken } from '../../platform/http/caller-token.js';
import { addressGroup, clientAddress } from '../../platform/http/client-address.js';
import { isApiRoute } from '../../platform/http/envelope.adapter.js';
import { AccessTokens } from '../../session/access-tokens.service.js';

/** Limits all of /api/v1 by user, or by address where no good token says who it is (`API_LIMIT`). */
@Injectable()
export class ApiThrottlerGuard extends ThrottlerGuard {
  protected override headerPrefix = 'RateLimit';

  constructor(
    @InjectThrottlerOptions() options: ThrottlerModuleOptions,
    @InjectThrottlerStorage() storage: ThrottlerStorage,
    reflector: Reflector,
    private readonly tokens: AccessTokens,
  ) {
    super(options, storage, reflector);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return !isApiRoute(context.switchToHttp().getRequest<FastifyRequest>());
  }

  protected override async getTracker(request: FastifyRequest): Promise<string> {
    return this.userOf(request) ?? `address:${addressGroup(clientAddress(request))}`;
  }

  /** One count for all routes. */
  protected override generateKey(_context: ExecutionContext, tracker: string): string {
    return `api:${tracker}`;
  }

  protected override throwThrottlingException(
    context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): never {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    void reply
      .header('RateLimit-Limit', detail.limit)
      .header('RateLimit-Remaining', 0)
      .header('RateLimit-Reset', detail.timeToBlockExpire);
    throw new AppError('too_many_requests', { retryAfterSeconds: detail.timeToBlockExpire });
  }

  private userOf(request: FastifyRequest): string | undefined {
    const token = callerToken(request);
    if (!token) return undefined;
    try {
      return `user:${this.tokens.verify(token).sub}`;
    } catch {
      return undefined;
    }
  }
}
