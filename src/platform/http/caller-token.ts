import type { FastifyRequest } from 'fastify';

/** The access token a request brings: `Authorization: Bearer …`; nothing where there is none. */
export function callerToken({ headers: { authorization } }: FastifyRequest): string | undefined {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  return authorization.slice(7).trim() || undefined;
}
