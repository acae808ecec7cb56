import type { SimulatedApp } from './apps.js';
import { isCallbackDomainOf, redirectUriFrom, type AuthorizeRequest } from './authorize-request.js';
import { PageRefusal } from './page-refusal.js';

/**
 * The query of `/connect/qrconnect`, in any order; wxLogin.js sends no response_type. Throws PageRefusal.
 * Source: 开放平台文档 › 网站应用微信登录开发指南,
 * https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
 */
export function websiteRequest(apps: readonly SimulatedApp[], query: URLSearchParams): AuthorizeRequest {
  const app = apps.find(({ appId }) => appId === query.get('appid'));
  if (!app) throw new PageRefusal('AppID 参数错误');
  const redirectUri = redirectUriFrom(query.get('redirect_uri') ?? '');
  if (!redirectUri || !isCallbackDomainOf(app, redirectUri)) throw new PageRefusal('redirect_uri 参数错误');
  if (app.kind !== 'website' || query.get('scope') !== 'snsapi_login') {
    throw new PageRefusal('Scope 参数错误或没有 Scope 权限');
  }
  if (query.get('response_type') !== 'code' && query.get('login_type') !== 'jssdk') {
    throw new PageRefusal('response_type 参数错误');
  }
  return { app, redirectUri, state: query.get('state') ?? '', scope: 'snsapi_login', forceSnapshot: false };
}
