import type { FastifyInstance } from 'fastify';
import { authenticateApp } from './app-authentication.js';
import { endpoint, postedJson } from './endpoint.js';
import type { Simulation } from './simulation.js';
import { queryOf } from './wechat-request.js';

/** The endpoints at which an app gets the token for all its other calls. */
export function appTokenRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  const { appTokens, quotas } = simulation;

  /**
   * `?grant_type=client_credential&appid&secret` → `{access_token, expires_in}`.
   * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getAccessToken.html
   */
  endpoint(wechat, 'GET', '/cgi-bin/token', (request) => {
    const app = authenticateApp(simulation, request, Object.fromEntries(queryOf(request)));
    quotas.spend(app.appId, '/cgi-bin/token');
    return appTokens.plain(app.appId);
  });

  /**
   * `{grant_type: 'client_credential', appid, secret, force_refresh?}` → `{access_token, expires_in}`.
   * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.html
   */
  endpoint(wechat, 'POST', '/cgi-bin/stable_token', (request) => {
    const sent = postedJson(request);
    const app = authenticateApp(simulation, request, sent);
    quotas.spend(app.appId, '/cgi-bin/stable_token');
    return sent.force_refresh === true ? appTokens.forced(app.appId) : appTokens.stable(app.appId);
  });
}
