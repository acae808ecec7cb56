import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';

export const returnToText = z
  .string()
  .min(1)
  .max(2048)
  .describe(
    'A path of the own origin, or a URL of one of RETURN_TO_ORIGINS; gets loginCode or error in its query',
  );

/** The S256 of a verifier: 43 characters; `plain` is not known here (RFC 7636, RFC 9700). */
export const codeChallengeText = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .describe('PKCE, S256; needed where returnTo is of another origin');

/** Where a login may return to. */
@Injectable()
export class ReturnTo {
  private readonly ownOrigin: string;
  private readonly allowed: ReadonlySet<string>;

  constructor({ publicUrl, returnToOrigins }: Config) {
    this.ownOrigin = new URL(publicUrl).origin;
    this.allowed = new Set([this.ownOrigin, ...returnToOrigins]);
  }

  /**
   * The absolute URL of a place that is allowed.
   * @throws AppError return_to_not_allowed; pkce_required where another origin's page did not say who may use the code
   */
  require(text: string, { codeChallenge }: { codeChallenge?: string }): string {
    const url = this.requirePlace(text);
    if (new URL(url).origin !== this.ownOrigin && codeChallenge === undefined) {
      throw new AppError('pkce_required');
    }
    return url;
  }

  /** The same where no code is handed over. */
  requirePlace(text: string): string {
    const isPath = /^\/(?![/\\])/.test(text);
    const isAbsolute = /^https?:\/\/[^/\\]/i.test(text);
    const url = isPath || isAbsolute ? parse(text, this.ownOrigin) : undefined;
    // Browsers drop tabs and newlines from URLs, and read what is left in ways of their own.
    const isPlain = !/[\s\p{Cc}\\]/u.test(text);
    // Of such a path, a page that goes on by it alone would make another host.
    const isPlainPath = !url?.pathname.startsWith('//');
    if (!url || !isPlain || !isPlainPath || url.username || url.password || !this.allowed.has(url.origin)) {
      throw new AppError('return_to_not_allowed');
    }
    return url.href;
  }
}

/** All that is ever added. */
const ownParameters = ['loginCode', 'error', 'linked'] as const;
type OwnParameters = Partial<Record<(typeof ownParameters)[number], string>>;

/** The same place with more in its query, as it was spelled; its fragment is kept. */
export function withQuery(place: string, parameters: OwnParameters): string {
  const url = new URL(place);
  // What a link brings along must not pass for ours.
  for (const name of ownParameters) if (url.searchParams.has(name)) url.searchParams.delete(name);
  const more = new URLSearchParams(parameters).toString();
  url.search = url.search === '' ? more : `${url.search}&${more}`;
  return url.href;
}

function parse(text: string, base: string): URL | undefined {
  return URL.canParse(text, base) ? new URL(text, base) : undefined;
}
