import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/app-error.js';
import { isPublicKey } from '../../platform/http/public.decorator.js';
import { currentContext } from '../../platform/http/request-context.js';
import { AccessTokens } from '../../session/access-tokens.service.js';
import { SessionStates } from '../../session/session-states.service.js';
import { Csrf } from '../cookies/csrf.service.js';
import { CredentialsReader } from '../credentials.service.js';

/** Lets nobody through without a good token of a living session, unless the route is `@Public`. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionStates,
    private readonly credentials: CredentialsReader,
    private readonly csrf: Csrf,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.isPublic(context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const credentials = this.credentials.read(request);
    if (!credentials) throw new AppError('unauthenticated');
    const { sid: sessionId, sub, client_id: clientId } = this.tokens.verify(credentials.token);
    const { userId, role, familyHash } = await this.sessions.require(sessionId);
    if (userId !== sub) throw new AppError('token_invalid');
    const { byCookie } = credentials;
    if (byCookie && !this.csrf.isSafe(request.method)) this.csrf.require(request, familyHash);
    request.caller = { userId, sessionId, role, clientId, byCookie };
    noteUser(userId);
    return true;
  }

  private isPublic(context: ExecutionContext): boolean {
    return (
      this.reflector.getAllAndOverride<boolean>(isPublicKey, [context.getHandler(), context.getClass()]) ===
      true
    );
  }
}

function noteUser(userId: string): void {
  const context = currentContext();
  if (context) context.userId = userId;
}
