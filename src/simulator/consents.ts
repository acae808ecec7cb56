import { callbackOf, type AuthorizeRequest } from './authorize-request.js';
import { BadRequest } from './bad-request.js';
import { consent, isSnapshot, refusal } from './decisions.js';
import { officialAccountRequest } from './official-account-request.js';
import { PageRefusal } from './page-refusal.js';
import { defaultPerson, personNamed } from './people.js';
import type { Simulation } from './simulation.js';
import { websiteRequest } from './website-request.js';

export interface Decision {
  /** The whole address to which the app sent the person. */
  url: string;
  person?: string;
  decision: 'confirm' | 'refuse';
  snapshot?: boolean;
  /** The setting where omitted. */
  unionid?: boolean;
}

/** Where the person's browser goes once he has decided; null where it stays. Throws BadRequest in place of WeChat's error pages. */
export function decide(
  simulation: Simulation,
  { url, decision, unionid, ...options }: Decision,
): string | null {
  const request = requestOf(simulation, url);
  const snapshot = options.snapshot ?? isSnapshot(simulation, request);
  if (snapshot && request.scope !== 'snsapi_userinfo') {
    throw new BadRequest('invalid_request', 'snapshot: goes with snsapi_userinfo only');
  }
  if (decision === 'refuse') return refusal(simulation, request);
  const person = options.person ? personNamed(options.person) : defaultPerson;
  return callbackOf(request, consent(simulation, request, person, { unionid, snapshot }));
}

function requestOf({ apps }: Simulation, url: string): AuthorizeRequest {
  const { pathname, searchParams, hash } = new URL(url);
  try {
    if (pathname.endsWith('/connect/qrconnect')) return websiteRequest(apps, searchParams);
    if (!pathname.endsWith('/connect/oauth2/authorize')) {
      throw new BadRequest(
        'invalid_request',
        'url: neither /connect/qrconnect nor /connect/oauth2/authorize',
      );
    }
    refuseWithoutFragment(hash);
    return officialAccountRequest(apps, searchParams);
  } catch (error) {
    throw error instanceof PageRefusal ? new BadRequest('wechat_page', `url: ${error.message}`) : error;
  }
}

/** WeChat opens the link only with it, but a browser keeps it to itself: here alone it can be seen. */
function refuseWithoutFragment(hash: string): void {
  if (!hash.startsWith('#wechat_redirect')) throw new PageRefusal('链接缺少 #wechat_redirect');
}
