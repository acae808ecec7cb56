import type { FastifyInstance } from 'fastify';
import { redeemCode } from './code-exchange.js';
import { openidOf, unionidOf } from './people.js';
import type { Simulation } from './simulation.js';
import { queryOf } from './wechat-request.js';

/** The endpoints below `/sns/`. */
export function snsRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  /**
   * `?appid&secret&js_code&grant_type=authorization_code` → `{session_key, openid, unionid?}`.
   * Source: 小程序文档 › 服务端 › 小程序登录 › code2Session,
   * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
   */
  wechat.get('/sns/jscode2session', { exposeHeadRoute: false }, (request) => {
    const code = redeemCode(simulation, queryOf(request), { parameter: 'js_code', kinds: ['mini-program'] });
    const { app, person } = code;
    const openid = openidOf(person, app.appId);
    const unionid = code.unionid && app.openPlatform ? unionidOf(person, app.openPlatform) : undefined;
    return { session_key: simulation.sessionKeys.atLogin(app.appId, openid), openid, unionid };
  });
}
