import { request, type Dispatcher } from 'undici';
import type { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { connectUrl } from '../wechat/connect-url.js';
import { found } from './conditions.js';
import { good, skipped, type Finding, type Words } from './finding.js';
import { nameOf } from './wechat-app-name.js';

const limitMs = 5_000;
/** Of the form that a state has, and of no login. */
const state = 'doctor'.padEnd(32, '0');

const pages = {
  website: { page: 'qrconnect', scope: 'snsapi_login', door: 'website' },
  'official-account': { page: 'oauth2/authorize', scope: 'snsapi_base', door: 'official-account' },
} as const;

/**
 * Opens the page that asks people, as a browser would, and reads whether WeChat objects to our callback. It spends no
 * code: nobody consents.
 */
export async function examineRedirectDomain(
  app: WechatApp,
  config: Config,
  dispatcher: Dispatcher,
): Promise<Finding[]> {
  if (app.kind !== 'website' && app.kind !== 'official-account') return [];
  const page = await openPage(authorizeUrl(app, app.kind, config), dispatcher);
  return [judgePage(page, nameOf(app), new URL(config.publicUrl).hostname)];
}

function authorizeUrl(app: WechatApp, kind: keyof typeof pages, { publicUrl, wechat }: Config): string {
  const { page, scope, door } = pages[kind];
  return connectUrl(wechat.openUrl, page, {
    appid: app.appId,
    redirect_uri: `${publicUrl}/api/v1/auth/wechat/${door}/callback`,
    response_type: 'code',
    scope,
    state,
  });
}

/** Its words; undefined where it does not open from here, which need not mean that it does not from a phone. */
async function openPage(url: string, dispatcher: Dispatcher): Promise<string | undefined> {
  try {
    const { body } = await request(url, { dispatcher, signal: AbortSignal.timeout(limitMs) });
    return await body.text();
  } catch {
    return undefined;
  }
}

function judgePage(page: string | undefined, app: string, domain: string): Finding {
  if (page === undefined) return unasked(app, cannotOpen);
  if (/redirect_uri\s*(参数错误|域名与后台配置不一致)/.test(page))
    return found('redirect-domain', { app, domain });
  if (/AppID\s*参数错误/i.test(page)) return found('app-id-unknown', { app, errcode: 'AppID 参数错误' });
  if (/没有\s*Scope\s*权限|没有这些\s*scope\s*的权限|不支持微信开放平台的\s*Appid/i.test(page))
    return found('redirect-scope', { app });
  if (/请在微信客户端打开/.test(page)) return unasked(app, onlyInWechat);
  return good('redirect-domain', {
    zh: `微信没有反对 ${app} 回调到 ${domain}`,
    en: `WeChat does not object to ${app} coming back to ${domain}`,
  });
}

const cannotOpen = {
  zh: '从这里打不开 WECHAT_OPEN_URL；人们的浏览器会自己打开它',
  en: 'WECHAT_OPEN_URL does not open from here; browsers open it by themselves',
};
const onlyInWechat = {
  zh: '微信只在自己的客户端里打开此页：请在手机微信中打开登录链接，10003 即表示域名不符',
  en: 'WeChat opens this page in its own client alone: open the login there, where 10003 means another domain',
};

function unasked(app: string, reason: Words): Finding {
  return skipped(
    'redirect-domain',
    { zh: `${app} 的授权回调域`, en: `The callback domain of ${app}` },
    reason,
  );
}
