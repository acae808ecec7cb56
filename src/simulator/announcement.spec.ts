import { announcement } from './announcement.js';
import { simulatedApps } from './apps.js';

const text = announcement('http://localhost:3001/simulator', simulatedApps);

test('the announcement gives the environment lines that point a service to the simulator', () => {
  expect(text).toMatch(/^WECHAT_API_URL=http:\/\/localhost:3001\/simulator$/m);
  const [, apps = ''] = /^WECHAT_APPS='(.*)'$/m.exec(text) ?? [];
  expect(JSON.parse(apps)).toEqual(
    simulatedApps.map(({ kind, appId, appSecret, name }) => ({ kind, appId, appSecret, name })),
  );
});

test('the announcement speaks Chinese and English', () => {
  expect(text).toContain('微信模拟器已启动');
  expect(text).toContain('The WeChat simulator is up');
});
