import type { SimulatedApp } from './apps.js';
import { openidOf, people } from './people.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';

/** The openid; throws Refusal 40003 where it is malformed or known to be one towards another app. */
export function requireOpenid(simulation: Simulation, app: SimulatedApp, openid: unknown): string {
  const wellFormed = typeof openid === 'string' && /^o[\w-]{27,28}$/.test(openid);
  if (!wellFormed || isForeign(simulation, app, openid)) throw new Refusal(40003);
  return openid;
}

function isForeign({ apps, sessionKeys, followers }: Simulation, app: SimulatedApp, openid: string): boolean {
  return apps.some(
    ({ appId }) =>
      appId !== app.appId &&
      (sessionKeys.of(appId, openid) !== undefined ||
        followers.of(appId, openid) !== undefined ||
        people.some((person) => openidOf(person, appId) === openid)),
  );
}
