import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/app-error.js';
import { isPublicKey } from '../../platform/http/public.decorator.js';
import { currentContext } from '../../platform/http/request-context.js';
import { AccessTokens } from '../../session/access-tokens.service.js';
import type { SessionState } from '../../session/session-cache.js';
import { SessionCookies } from '../../session/session-cookies.service.js';
import { SessionStates } from '../../session/session-states.service.js';
import { Csrf } from '../cookies/csrf.service.js';
import { CredentialsReader, type Credentials } from '../credentials.service.js';

/** Lets nobody through without a good token of a living session, unless the route is `@Public`. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionStates,
    private readonly credentials: CredentialsReader,
    private readonly csrf: Csrf,
    private readonly cookies: SessionCookies,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.isPublic(context)) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const credentials = this.credentials.read(request);
    if (!credentials) throw new AppError('unauthenticated');
    const { sid: sessionId, sub, client_id: clientId } = this.tokens.verify(credentials.token);
    const reply = http.getResponse<FastifyReply>();
    const { userId, role, familyHash } = await this.living(sessionId, credentials, reply);
    if (userId !== sub) throw new AppError('token_invalid');
    const { byCookie } = credentials;
    if (byCookie && !this.csrf.isSafe(request.method))
      this.csrf.require(request, familyHash, { userId, appId: clientId });
    request.caller = { userId, sessionId, role, clientId, byCookie };
    noteUser(userId);
    return true;
  }

  /** An ended session never comes back, so its cookies need not come again either. */
  private async living(id: string, { byCookie }: Credentials, reply: FastifyReply): Promise<SessionState> {
    try {
      return await this.sessions.require(id);
    } catch (error) {
      if (byCookie && error instanceof AppError && error.error === 'session_ended') this.cookies.clear(reply);
      throw error;
    }
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
