import type { FastifyRequest } from 'fastify';
import type { Config } from '../platform/config/config.js';

/** The request came to another address than the one that the service takes for its own. */
export interface AddressMismatch {
  /** What is to be changed. */
  setting: 'PUBLIC_URL' | 'TRUST_PROXY';
  /** The origin that was asked for. */
  seen: string;
  /** The origin of PUBLIC_URL. */
  expected: string;
}

/**
 * Logins begin and end at PUBLIC_URL, so that elsewhere no cookie would be found again. Behind a proxy, what it passed on
 * counts where TRUST_PROXY vouches for it.
 */
export function addressMismatch(
  request: FastifyRequest,
  { publicUrl }: Pick<Config, 'publicUrl'>,
): AddressMismatch | undefined {
  const expected = new URL(publicUrl).origin;
  const seen = originOf(schemeOf(request) ?? new URL(publicUrl).protocol, request.host);
  if (seen === undefined || seen === expected) return undefined;
  const claimed = originOf(`${last(request, 'x-forwarded-proto')}:`, last(request, 'x-forwarded-host') ?? '');
  return { setting: claimed === expected ? 'TRUST_PROXY' : 'PUBLIC_URL', seen, expected };
}

/** Nothing where only an unknown proxy could tell. */
function schemeOf(request: FastifyRequest): string | undefined {
  return last(request, 'x-forwarded-proto') === request.protocol ? `${request.protocol}:` : undefined;
}

function originOf(scheme: string, host: string): string | undefined {
  const url = `${scheme}//${host}`;
  return host !== '' && URL.canParse(url) ? new URL(url).origin : undefined;
}

/** What the nearest proxy wrote. */
function last({ headers }: FastifyRequest, name: string): string | undefined {
  return [headers[name]].flat().at(-1)?.split(',').at(-1)?.trim();
}
