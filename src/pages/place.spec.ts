import { placeOf } from './place.js';

const iphone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';

describe('where somebody looks at the page', () => {
  it.each([
    ['wechat', `${iphone} Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN`],
    ['wechat', `${windows} Chrome/132.0.0.0 Safari/537.36 MicroMessenger/7.0.20.1781 WindowsWechat/WMPF`],
    ['wechat', `${iphone} Mobile/15E148 MicroMessenger/8.0.60 miniProgram/wx0123456789abcdef`],
    ['mobile', `${iphone} Mobile/15E148 wxwork/4.1.36 MicroMessenger/7.0.1 Language/zh`],
    ['mobile', `${iphone} Version/18.5 Mobile/15E148 Safari/604.1`],
    [
      'mobile',
      'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/142.0.0.0 Mobile Safari/537.36',
    ],
    ['computer', `${windows} Chrome/142.0.0.0 Safari/537.36`],
    [
      'computer',
      'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1',
    ],
    ['computer', 'curl/8.9.1'],
    ['computer', ''],
  ])('is told by the user agent: %s for %s', (place, userAgent) => {
    expect(placeOf(userAgent)).toBe(place);
  });
});
