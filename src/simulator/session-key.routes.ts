import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireAppToken } from './app-authentication.js';
import { endpoint } from './endpoint.js';
import { requireOpenid } from './known-openids.js';
import { signWithSessionKey } from './open-data.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';
import { queryOf } from './wechat-request.js';

/** The endpoints at which a mini program checks and replaces a session_key. */
export function sessionKeyRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  const { sessionKeys, quotas } = simulation;

  /**
   * `?access_token&openid&signature&sig_method=hmac_sha256` → ok.
   * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/checkSessionKey.html
   */
  endpoint(wechat, 'GET', '/wxa/checksession', (request) => {
    const { app, openid, signature } = signedParameters(request);
    const key = sessionKeys.of(app.appId, openid)?.current;
    if (key === undefined || signature !== signWithSessionKey('', key)) throw new Refusal(87009);
    return { errcode: 0, errmsg: 'ok' };
  });

  /**
   * `?access_token&openid&signature&sig_method=hmac_sha256` → `{openid, session_key}`.
   * Source: https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/ResetUserSessionKey.html
   */
  endpoint(wechat, 'GET', '/wxa/resetusersessionkey', (request) => {
    const { app, openid, signature } = signedParameters(request);
    quotas.spend(app.appId, '/wxa/resetusersessionkey');
    const key = sessionKeys.of(app.appId, openid)?.current;
    if (key === undefined) throw new Refusal(87007);
    if (signature !== signWithSessionKey('', key)) throw new Refusal(87009);
    return { errcode: 0, errmsg: 'ok', openid, session_key: sessionKeys.reset(app.appId, openid) };
  });

  function signedParameters(request: FastifyRequest) {
    const app = requireAppToken(simulation, request, 'mini-program');
    const query = queryOf(request);
    const [openid, signature] = [query.get('openid'), query.get('signature')];
    if (!openid || !signature) throw new Refusal(40097);
    if (query.get('sig_method') !== 'hmac_sha256') throw new Refusal(87008);
    return { app, openid: requireOpenid(simulation, app, openid), signature };
  }
}
