import type { FastifyInstance } from 'fastify';
import { requireAppToken } from './app-authentication.js';
import { endpoint } from './endpoint.js';
import { requireOpenid } from './known-openids.js';
import { unionidOf } from './people.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';
import { queryOf } from './wechat-request.js';

/** What followers no longer tell, since 2021-12-27. */
const emptyProfile = { nickname: '', sex: 0, city: '', province: '', country: '', headimgurl: '' };

/** The endpoint at which an official account learns who follows it. */
export function followerRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  const { followers, quotas, settings } = simulation;

  /**
   * `?access_token&openid&lang` → `{subscribe: 1, openid, unionid?, language, subscribe_time, …}` of a follower, else
   * `{subscribe: 0, openid}`.
   * Source: https://developers.weixin.qq.com/doc/offiaccount/User_Management/Get_users_basic_information_UnionID.html
   */
  endpoint(wechat, 'GET', '/cgi-bin/user/info', (request) => {
    const app = requireAppToken(simulation, request, 'official-account');
    const query = queryOf(request);
    if (!query.get('openid')) throw new Refusal(41009);
    const openid = requireOpenid(simulation, app, query.get('openid'));
    quotas.spend(app.appId, '/cgi-bin/user/info');
    const follower = followers.of(app.appId, openid);
    if (!follower) return { subscribe: 0, openid };
    return {
      subscribe: 1,
      openid,
      ...(settings.followerProfile === 'empty' ? emptyProfile : {}),
      language: query.get('lang') ?? 'zh_CN',
      subscribe_time: follower.since,
      unionid:
        app.openPlatform && settings.unionids ? unionidOf(follower.person, app.openPlatform) : undefined,
      remark: '',
      groupid: 0,
      tagid_list: [],
      subscribe_scene: follower.scene ? 'ADD_SCENE_QR_CODE' : 'ADD_SCENE_SEARCH',
      qr_scene: /^\d+$/.test(follower.scene) ? Number(follower.scene) : 0,
      qr_scene_str: /^\d+$/.test(follower.scene) ? '' : follower.scene,
    };
  });
}
