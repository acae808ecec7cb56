import type { FastifyRequest } from 'fastify';

/** The path as WeChat's own host would see it. */
export function pathOf(request: FastifyRequest, prefix: string): string {
  const [path = ''] = request.url.split('?', 1);
  return path.slice(prefix.length) || '/';
}

/** What a form sent; bodies come as text. */
export function formOf({ body }: FastifyRequest): URLSearchParams {
  return new URLSearchParams(typeof body === 'string' ? body : '');
}

/** Read from the address itself, since the server around the simulator may parse queries in its own way. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  const start = request.url.indexOf('?');
  return new URLSearchParams(start < 0 ? '' : request.url.slice(start));
}
