import { callbackOf, type AuthorizeRequest } from './authorize-request.js';
import type { Person } from './people.js';
import type { Simulation } from './simulation.js';

/** The person lets the app know him: the code to tell it by. */
export function consent(
  { codes, settings }: Simulation,
  { app, scope }: AuthorizeRequest,
  person: Person,
  { unionid = settings.unionids, snapshot = false }: { unionid?: boolean; snapshot?: boolean } = {},
): string {
  return codes.mint(app, person, { unionid, scope, snapshot });
}

/** The person refuses: nothing, since his browser stays where it is, unless the setting sends it back. */
export function refusal({ settings }: Simulation, request: AuthorizeRequest): string | null {
  return settings.refusalRedirects ? callbackOf(request) : null;
}

/** Whether WeChat shows the app to him as a snapshot page, without asking. */
export function isSnapshot({ settings }: Simulation, { scope, forceSnapshot }: AuthorizeRequest): boolean {
  return forceSnapshot || (settings.snapshotPages && scope === 'snsapi_userinfo');
}
