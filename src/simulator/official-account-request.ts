import type { SimulatedApp } from './apps.js';
import { isCallbackDomainOf, redirectUriFrom, type AuthorizeRequest } from './authorize-request.js';
import { PageRefusal } from './page-refusal.js';
import { scopesOf } from './scopes.js';

/** WeChat compares the link with a pattern: these in this order, then extras. */
const order =
  /^appid redirect_uri response_type scope( state)?( forcePopup| forceSnapShot| connect_redirect)*$/;
const mostStateCharacters = 128;

/**
 * The query of `/connect/oauth2/authorize`. Throws PageRefusal.
 * Source: 公众号文档 › 网页授权,
 * https://developers.weixin.qq.com/doc/service/guide/h5/auth.html
 */
export function officialAccountRequest(
  apps: readonly SimulatedApp[],
  query: URLSearchParams,
): AuthorizeRequest {
  refuseWhatIsMissing(query);
  if (query.has('component_appid')) throw new PageRefusal('公众号未授权第三方平台，请检查授权状态', 10015);
  if (!order.test([...query.keys()].join(' '))) throw new PageRefusal('链接参数缺失或顺序错误');
  if (query.get('response_type') !== 'code') throw new PageRefusal('response_type 参数错误');
  const app = officialAccountNamed(apps, query.get('appid'));
  const redirectUri = redirectUriFrom(query.get('redirect_uri') ?? '');
  if (!redirectUri || !isCallbackDomainOf(app, redirectUri)) {
    throw new PageRefusal('redirect_uri域名与后台配置不一致', 10003);
  }
  const scope = scopesOf[app.kind].find((known) => known === query.get('scope'));
  if (!scope) throw new PageRefusal('此公众号并没有这些scope的权限', 10005);
  return { app, redirectUri, state: stateOf(query), scope, forceSnapshot: isSnapshotForced(query) };
}

function refuseWhatIsMissing(query: URLSearchParams): void {
  if (!query.get('appid')) throw new PageRefusal('appid不能为空', 10012);
  if (!query.get('redirect_uri')) throw new PageRefusal('redirect_uri不能为空', 10011);
  if (!query.get('scope')) throw new PageRefusal('scope不能为空', 10010);
  if (query.get('state') === '') throw new PageRefusal('state不能为空', 10013);
}

function officialAccountNamed(apps: readonly SimulatedApp[], appId: string | null): SimulatedApp {
  const app = apps.find((one) => one.appId === appId);
  if (!app) throw new PageRefusal('AppID 参数错误');
  if (app.kind === 'website' || app.kind === 'mobile') {
    throw new PageRefusal('不支持微信开放平台的Appid，请使用公众号Appid', 10016);
  }
  return app;
}

function stateOf(query: URLSearchParams): string {
  const state = query.get('state') ?? '';
  const good = state.length <= mostStateCharacters && /^[A-Za-z0-9]*$/.test(state);
  if (!good) throw new PageRefusal('state 参数错误');
  return state;
}

function isSnapshotForced(query: URLSearchParams): boolean {
  return query.get('forceSnapShot') === 'true' && query.get('scope') === 'snsapi_userinfo';
}
