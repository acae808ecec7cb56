import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { ApiScope } from '../platform/config/config.js';
import { MachineClients, type MachineClient } from './machine-clients.service.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls a route of `MachineClientGuard`. */
    machineClient?: MachineClient;
  }
}

/** What a machine client must be allowed to for this route. */
export const ClientScope = Reflector.createDecorator<ApiScope>();

/** Lets machine clients of the route's scope through; a guard, so that strangers are refused before their form is read. */
@Injectable()
export class MachineClientGuard implements CanActivate {
  constructor(
    private readonly clients: MachineClients,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const scope = this.reflector.get(ClientScope, context.getHandler());
    request.machineClient = await this.clients.require(request, scope);
    if (request.formFault) throw request.formFault;
    return true;
  }
}
