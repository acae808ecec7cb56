import type { SimulatedApp } from './apps.js';

/** What a developer needs to know once the simulator is up, in Chinese and English. */
export function announcement(url: string, apps: readonly SimulatedApp[]): string {
  const environment = apps.map(({ kind, appId, appSecret, name }) => ({ kind, appId, appSecret, name }));
  return [
    `微信模拟器已启动 | The WeChat simulator is up: ${url}`,
    '',
    '应用 | Apps',
    ...apps.map(({ kind, appId, name = '' }) => `  ${kind.padEnd(16)}  ${appId}  ${name}`),
    '',
    '让服务指向模拟器 | To point a service to it',
    `WECHAT_API_URL=${url}`,
    `WECHAT_APPS='${JSON.stringify(environment)}'`,
    '',
    '领取登录 code | To get a login code',
    `curl -d '{"kind":"mini-program","person":"ada"}' ${url}/control/codes`,
    '',
  ].join('\n');
}
