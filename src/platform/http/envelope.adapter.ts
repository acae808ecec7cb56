import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { success } from './envelope.js';

const apiPrefix = '/api/v1';

/** Wraps what API handlers return, at the one place all of them pass, so that no route can forget it. */
export class EnvelopeAdapter extends FastifyAdapter {
  override reply(reply: FastifyReply, body: unknown, statusCode?: number): FastifyReply {
    return super.reply(reply, isApiAnswer(reply, statusCode) ? success(body) : body, statusCode);
  }
}

/** Answers that say all in their headers have no body to wrap. */
function isApiAnswer(reply: FastifyReply, statusCode = reply.statusCode): boolean {
  const hasBody = statusCode !== 204 && (statusCode < 300 || statusCode >= 400);
  return hasBody && isApiRoute(reply.request);
}

/** By the route that was found, not by the URL, which has many spellings; a URL without a route speaks for itself. */
export function isApiRoute({ routeOptions, url }: FastifyRequest): boolean {
  return (routeOptions.url ?? url).startsWith(apiPrefix);
}
