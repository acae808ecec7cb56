import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/app-error.js';
import { callerToken } from '../../platform/http/caller-token.js';
import { isPublicKey } from '../../platform/http/public.decorator.js';
import { currentContext } from '../../platform/http/request-context.js';
import { AccessTokens } from '../../session/access-tokens.service.js';
import { SessionStates } from '../../session/session-states.service.js';

/** Lets nobody through without a good token of a living session, unless the route is `@Public`. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionStates,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.isPublic(context)) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const token = callerToken(request);
    if (!token) throw new AppError('unauthenticated');
    const { sid: sessionId, sub } = this.tokens.verify(token);
    const { userId, role } = await this.sessions.require(sessionId);
    if (userId !== sub) throw new AppError('token_invalid');
    request.caller = { userId, sessionId, role };
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
