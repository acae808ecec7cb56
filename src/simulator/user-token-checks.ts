import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';
import type { Authorization } from './user-tokens.js';

/** Whom `access_token` and `openid` name; throws Refusal. */
export function authorizationOf({ userTokens }: Simulation, query: URLSearchParams): Authorization {
  const token = query.get('access_token');
  const openid = query.get('openid');
  if (!token) throw new Refusal(41001);
  if (!openid) throw new Refusal(41009);
  const authorization = userTokens.ofAccessToken(token);
  if (!authorization) throw new Refusal(40001);
  if (userTokens.isAccessExpired(authorization)) throw new Refusal(42001);
  if (authorization.openid !== openid) throw new Refusal(40003);
  return authorization;
}

/** Whose `refresh_token` it is; throws Refusal. */
export function authorizationToRefresh(
  { apps, userTokens }: Simulation,
  query: URLSearchParams,
): Authorization {
  const appId = query.get('appid');
  const token = query.get('refresh_token');
  if (!appId) throw new Refusal(41002);
  if (!apps.some((app) => app.appId === appId)) throw new Refusal(40013);
  if (query.get('grant_type') !== 'refresh_token') throw new Refusal(40002);
  if (!token) throw new Refusal(41003);
  const authorization = userTokens.ofRefreshToken(token);
  if (authorization?.app.appId !== appId) throw new Refusal(40030);
  if (userTokens.isRefreshExpired(authorization)) throw new Refusal(42002);
  return authorization;
}
