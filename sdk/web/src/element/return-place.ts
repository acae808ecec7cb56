import { parseUrl } from '../parse-url.js';
import { WxpassError } from '../wxpass-error.js';

/**
 * Where the browser goes with its login code. A page of another origin must have given its own challenge: this page's verifier stays here.
 * @throws WxpassError return_to_not_allowed, pkce_required
 */
export function returnPlace(
  returnTo: string,
  page: string,
  { loginCode, codeChallenge }: { loginCode: string; codeChallenge?: string },
): string {
  const url = parseUrl(returnTo, page);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new WxpassError({ error: 'return_to_not_allowed', message: `Not a web address: ${returnTo}` });
  }
  if (url.origin !== new URL(page).origin && codeChallenge === undefined) {
    throw new WxpassError({
      error: 'pkce_required',
      message: 'A page of another origin needs a code-challenge',
    });
  }
  url.searchParams.set('loginCode', loginCode);
  return url.href;
}
