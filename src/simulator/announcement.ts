import type { SimulatedApp } from './apps.js';

/** What a developer needs to know once the simulator is up, in Chinese and English. */
export function announcement(url: string, apps: readonly SimulatedApp[]): string {
  const environment = apps.map(({ kind, appId, appSecret, pushToken, name }) => ({
    kind,
    appId,
    appSecret,
    pushToken,
    name,
  }));
  const push = JSON.stringify(pushTo(apps));
  return [
    `微信模拟器已启动 | The WeChat simulator is up: ${url}`,
    '',
    '应用 | Apps',
    ...apps.map(({ kind, appId, name = '' }) => `  ${kind.padEnd(16)}  ${appId}  ${name}`),
    '',
    '让服务指向模拟器 | To point a service to it',
    `WECHAT_API_URL=${url}`,
    `WECHAT_OPEN_URL=${url}`,
    `WECHAT_MP_URL=${url}`,
    `WECHAT_APPS='${JSON.stringify(environment)}'`,
    '',
    '虚拟手机与请求记录：在浏览器打开 | The virtual phone and the log of requests: open in a browser',
    url,
    '',
    '把推送发给服务 | To have pushes reach the service',
    `curl -X PUT -d '${push}' ${url}/control/push`,
    '',
    '领取登录 code | To get a login code',
    `curl -d '{"kind":"mini-program","person":"ada"}' ${url}/control/codes`,
    '',
  ].join('\n');
}

/** An order that lets the official account's pushes reach a service on this machine. */
function pushTo(apps: readonly SimulatedApp[]) {
  const { appId, pushToken: token } = apps.find(({ kind }) => kind === 'official-account') ?? apps[0] ?? {};
  return { appId, url: `http://localhost:3000/wechat/push/${appId}`, token, mode: 'plain', format: 'xml' };
}
