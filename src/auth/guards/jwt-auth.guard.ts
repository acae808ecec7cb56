import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/app-error.js';
import { isPublicKey } from '../../platform/http/public.decorator.js';
import { currentContext } from '../../platform/http/request-context.js';
import type { ApiScope } from '../../platform/config/config.js';
import { AccessTokens } from '../../session/access-tokens.service.js';
import { showsProof } from '../../session/client-proof.js';
import { ClientScope } from '../../session/machine-client.guard.js';
import { MachineClients } from '../../session/machine-clients.service.js';
import type { SessionState } from '../../session/session-cache.js';
import { SessionCookies } from '../../session/session-cookies.service.js';
import { SessionStates } from '../../session/session-states.service.js';
import { Csrf } from '../cookies/csrf.service.js';
import { CredentialsReader, type Credentials } from '../credentials.service.js';

/**
 * Lets nobody through without a good token of a living session, unless the route is `@Public`; or, where it says
 * `@ClientScope`, machine clients of that scope.
 */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AccessTokens,
    private readonly sessions: SessionStates,
    private readonly credentials: CredentialsReader,
    private readonly csrf: Csrf,
    private readonly cookies: SessionCookies,
    private readonly clients: MachineClients,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.isPublic(context)) return true;
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const credentials = this.credentials.read(request);
    const scope = showsProof(request) ? this.scopeOf(context) : undefined;
    if (scope !== undefined) return this.admitClient(request, scope, credentials);
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

  /** @throws AppError invalid_request where a token speaks for somebody else at the same time */
  private async admitClient(
    request: FastifyRequest,
    scope: ApiScope,
    credentials: Credentials | undefined,
  ): Promise<boolean> {
    if (credentials) throw new AppError('invalid_request');
    request.machineClient = await this.clients.require(request, scope);
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

  private scopeOf(context: ExecutionContext): ApiScope | undefined {
    return this.reflector.getAllAndOverride(ClientScope, [context.getHandler(), context.getClass()]);
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
