import { announcement } from './announcement.js';
import { simulatedApps } from './apps.js';

const text = announcement('http://localhost:3001/simulator', simulatedApps);

test('the announcement gives the environment lines that point a service to the simulator', () => {
  for (const name of ['WECHAT_API_URL', 'WECHAT_OPEN_URL', 'WECHAT_MP_URL']) {
    expect(text.split('\n')).toContain(`${name}=http://localhost:3001/simulator`);
  }
  const [, apps = ''] = /^WECHAT_APPS='(.*)'$/m.exec(text) ?? [];
  expect(JSON.parse(apps)).toEqual(
    simulatedApps.map(({ kind, appId, appSecret, pushToken, name }) => ({
      kind,
      appId,
      appSecret,
      pushToken,
      name,
    })),
  );
});

test('the announcement speaks Chinese and English', () => {
  expect(text).toContain('微信模拟器已启动');
  expect(text).toContain('The WeChat simulator is up');
});
