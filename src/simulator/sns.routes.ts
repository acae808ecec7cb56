import type { FastifyInstance } from 'fastify';
import type { AppKind } from './apps.js';
import { redeemCode } from './code-exchange.js';
import type { Code } from './codes.js';
import { openidOf, unionidOf } from './people.js';
import { Refusal } from './refusal.js';
import type { Simulation } from './simulation.js';
import { authorizationToRefresh, authorizationOf } from './user-token-checks.js';
import { accessTokenSeconds, type Authorization } from './user-tokens.js';
import { queryOf } from './wechat-request.js';

const oauthKinds: readonly AppKind[] = ['website', 'official-account', 'mobile'];
const withoutHead = { exposeHeadRoute: false };

/** The endpoints below `/sns/`. */
export function snsRoutes(wechat: FastifyInstance, simulation: Simulation): void {
  const { sessionKeys, settings, userTokens } = simulation;

  /**
   * `?appid&secret&js_code&grant_type=authorization_code` → `{session_key, openid, unionid?}`.
   * Source: 小程序文档 › 服务端 › 小程序登录 › code2Session,
   * https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/user-login/code2Session.html
   */
  wechat.get('/sns/jscode2session', withoutHead, (request) => {
    const code = redeemCode(simulation, queryOf(request), { parameter: 'js_code', kinds: ['mini-program'] });
    if (code.person.blocked) throw new Refusal(40226);
    const { openid, unionid } = idsOf(code);
    return { session_key: sessionKeys.atLogin(code.app.appId, openid), openid, unionid };
  });

  /**
   * `?appid&secret&code&grant_type=authorization_code` →
   * `{access_token, expires_in, refresh_token, openid, scope, is_snapshotuser?, unionid?}`.
   * Source: 公众号文档 › 网页授权 › 通过 code 换取网页授权 access_token,
   * https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsaccesstoken.html
   */
  wechat.get('/sns/oauth2/access_token', withoutHead, (request) => {
    const code = redeemCode(simulation, queryOf(request), { parameter: 'code', kinds: oauthKinds });
    const { app, person, scope = 'snsapi_base', snapshot } = code;
    const authorization = userTokens.issue({ app, person, scope, ...idsOf(code) });
    return {
      ...tokensOf(authorization),
      is_snapshotuser: snapshot ? 1 : undefined,
      unionid: authorization.unionid,
    };
  });

  /**
   * `?appid&grant_type=refresh_token&refresh_token` → `{access_token, expires_in, refresh_token, openid, scope}`.
   * Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsrefreshtoken.html
   */
  wechat.get('/sns/oauth2/refresh_token', withoutHead, (request) => {
    const authorization = authorizationToRefresh(simulation, queryOf(request));
    userTokens.refresh(authorization);
    return tokensOf(authorization);
  });

  /**
   * `?access_token&openid` → `{errcode: 0, errmsg: 'ok'}`.
   * Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsauth.html
   */
  wechat.get('/sns/auth', (request) => {
    authorizationOf(simulation, queryOf(request));
    return { errcode: 0, errmsg: 'ok' };
  });

  /**
   * `?access_token&openid&lang` → the profile; sex and region say nothing since 2021-10-20.
   * Source: https://developers.weixin.qq.com/doc/service/api/webdev/access/api_snsuserinfo.html
   */
  wechat.get('/sns/userinfo', (request) => {
    const query = queryOf(request);
    const { app, person, openid, unionid, scope } = authorizationOf(simulation, query);
    if (scope === 'snsapi_base') throw new Refusal(48001);
    return {
      openid,
      nickname: person.nickname[nicknameLanguage(query.get('lang'), app.kind)],
      sex: 0,
      language: '',
      city: '',
      province: '',
      country: '',
      headimgurl: person.avatar,
      privilege: [],
      unionid,
    };
  });

  function tokensOf({ accessToken, refreshToken, openid, scope }: Authorization) {
    return {
      access_token: accessToken,
      expires_in: accessTokenSeconds,
      refresh_token: refreshToken,
      openid,
      scope: settings.trailingScopeComma ? `${scope},` : scope,
    };
  }
}

/** A unionid only for a bound app, and never by the silent consent of an official account. */
function idsOf({ app, person, unionid, scope }: Code) {
  const hasUnionid = unionid && scope !== 'snsapi_base';
  return {
    openid: openidOf(person, app.appId),
    unionid: hasUnionid && app.openPlatform ? unionidOf(person, app.openPlatform) : undefined,
  };
}

/** Websites are spoken to in English unless they ask for Chinese. */
function nicknameLanguage(lang: string | null, kind: AppKind): 'zh' | 'en' {
  if (lang === 'zh_CN' || lang === 'zh_TW') return 'zh';
  return lang === 'en' || kind === 'website' ? 'en' : 'zh';
}
