import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Act } from '../audit/act.js';
import { whenceOf } from '../platform/http/client-address.js';
import '../session/machine-client.guard.js';

/** The request as the audit log tells of it: who acts, and from where. */
export const CurrentAct = createParamDecorator((_: unknown, context: ExecutionContext): Act => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return { reason: `by ${actorOf(request)}`, ...whenceOf(request) };
});

function actorOf({ caller, machineClient }: FastifyRequest): string {
  if (caller) return caller.userId;
  if (machineClient) return `client ${machineClient.id}`;
  throw new Error('a public route asks who acts');
}
