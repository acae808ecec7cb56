import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Refusals } from '../../audit/refusals.service.js';
import { AppError } from '../../platform/errors/app-error.js';
import type { Caller } from '../../platform/http/caller.decorator.js';
import { whenceOf } from '../../platform/http/client-address.js';
import { RolesOfRoute, type PrivilegedRole } from '../../platform/http/roles.decorator.js';
import { SessionStates } from '../../session/session-states.service.js';

/** Lets through whose role the route is for; machine clients have shown their scope before. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionStates,
    private readonly refusals: Refusals,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const roles = this.rolesOf(context);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (roles === undefined || request.machineClient) return true;
    const { caller } = request;
    if (!caller) throw new AppError('unauthenticated');
    if (!(await this.isOneOf(roles, caller))) this.refuse(request, caller);
    return true;
  }

  /** Whoever was demoted must not act a moment longer, on no replica: such routes ask the database. */
  private async isOneOf(roles: string[], { sessionId }: Caller): Promise<boolean> {
    const { role } = await this.sessions.requireNow(sessionId);
    return roles.includes(role);
  }

  private refuse(request: FastifyRequest, { userId, clientId: appId }: Caller): never {
    const refusal = new AppError('forbidden', { about: { userId, appId } });
    void this.refusals.remember({ event: 'access_refused', ...whenceOf(request) }, refusal);
    throw refusal;
  }

  private rolesOf(context: ExecutionContext): PrivilegedRole[] | undefined {
    return this.reflector.getAllAndOverride(RolesOfRoute, [context.getHandler(), context.getClass()]);
  }
}
