import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { success } from './envelope.js';

export const apiPrefix = '/api/v1';

/** Wraps what API handlers return, at the one place all of them pass, so that no route can forget it. */
export class EnvelopeAdapter extends FastifyAdapter {
  override reply(reply: FastifyReply, body: unknown, statusCode?: number): FastifyReply {
    return super.reply(reply, isApiAnswer(reply, statusCode) ? success(body) : body, statusCode);
  }
}

function isApiAnswer(reply: FastifyReply, statusCode?: number): boolean {
  return (
    (statusCode ?? reply.statusCode) !== 204 && reply.request.routeOptions.url?.startsWith(apiPrefix) === true
  );
}
