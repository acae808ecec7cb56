import { Injectable, type ExecutionContext } from '@nestjs/common';
import {
  InjectThrottlerOptions,
  InjectThrottlerStorage,
  ThrottlerGuard,
  ThrottlerStorage,
} from '@nestjs/throttler';
import type { ThrottlerLimitDetail, ThrottlerModuleOptions, ThrottlerRequest } from '@nestjs/throttler';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { tooManyRequests } from '../../platform/errors/too-many-requests.js';
import { addressGroup, clientAddress } from '../../platform/http/client-address.js';
import { isApiRoute } from '../../platform/http/envelope.adapter.js';
import { AccessTokens } from '../../session/access-tokens.service.js';
import { SessionStates } from '../../session/session-states.service.js';
import { CredentialsReader } from '../credentials.service.js';
import { isCountedByScanKey } from '../scan/counted-by-scan.decorator.js';
import { ScanOwners } from '../scan/scan-owners.service.js';

/** Ten times as often as a scan's `pollInterval` asks for. */
const asksForScan = { limit: 300, ttl: 60_000 };
const scanPrefix = 'scan:';

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
    private readonly scanOwners: ScanOwners,
  ) {
    super(options, storage, reflector);
  }

  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return !isApiRoute(context.switchToHttp().getRequest<FastifyRequest>());
  }

  protected override async handleRequest(props: ThrottlerRequest): Promise<boolean> {
    const scan = await this.scanOf(props.context);
    return super.handleRequest(
      scan === undefined ? props : { ...props, ...asksForScan, getTracker: async () => scan },
    );
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
    { limit, timeToBlockExpire, tracker }: ThrottlerLimitDetail,
  ): never {
    throw tooManyRequests(tracker.startsWith(scanPrefix) ? 'scan-asks' : 'api', limit, timeToBlockExpire);
  }

  /** Only who may ask for a scan is counted by it: else made-up ids would be a way around the limit. */
  private async scanOf(context: ExecutionContext): Promise<string | undefined> {
    if (this.reflector.get<boolean>(isCountedByScanKey, context.getHandler()) !== true) return undefined;
    const { params, headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const { scanId } = params as { scanId: string };
    const isOwner = await this.scanOwners.isOwner(scanId, headers).catch(() => false);
    return isOwner ? `${scanPrefix}${scanId}` : undefined;
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
