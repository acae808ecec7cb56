import { deviceNameOf } from './device-name.js';

const apple = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const iphone = `Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) ${apple} Mobile/15E148`;
const windows =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36';

describe('the name of a device', () => {
  it.each([
    [
      `${iphone} MicroMessenger/8.0.50(0x18003237) NetType/WIFI Language/zh_CN`,
      '微信 · iPhone',
      'WeChat · iPhone',
    ],
    [
      `${iphone} MicroMessenger/8.0.45 NetType/WIFI miniProgram/wx123`,
      '微信小程序 · iPhone',
      'WeChat mini program · iPhone',
    ],
    [`${windows} MicroMessenger/7.0.20 WindowsWechat(0x63090a13)`, '微信 · Windows', 'WeChat · Windows'],
    [`${iphone} wxwork/4.1.0 MicroMessenger/7.0.1`, '企业微信 · iPhone', 'WeCom · iPhone'],
    [`${windows} Edg/120.0`, 'Microsoft Edge · Windows', 'Microsoft Edge · Windows'],
    [windows, 'Chrome · Windows', 'Chrome · Windows'],
  ])('of %s is %s, %s', (userAgent, zh, en) => {
    expect([deviceNameOf(userAgent, 'zh'), deviceNameOf(userAgent, 'en')]).toEqual([zh, en]);
  });

  it.each([null, '', 'okhttp/4.9', '(((', 'x'.repeat(5000)])(
    'is nothing where %j says nothing',
    (userAgent) => {
      expect(deviceNameOf(userAgent, 'en')).toBeNull();
    },
  );
});
