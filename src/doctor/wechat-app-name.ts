import type { WechatApp } from '../platform/config/wechat-app.js';

/** How the report names an app. */
export function nameOf({ appId, kind, name }: Pick<WechatApp, 'appId' | 'kind' | 'name'>): string {
  return name ? `${appId} (${kind}, ${name})` : `${appId} (${kind})`;
}
