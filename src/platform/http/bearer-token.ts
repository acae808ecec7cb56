import type { IncomingHttpHeaders } from 'node:http';

/** The token of `Authorization: Bearer …`; nothing where there is none. */
export function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
  return authorization.slice(7).trim() || undefined;
}
