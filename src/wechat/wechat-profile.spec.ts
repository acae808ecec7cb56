import { profileOf } from './wechat-profile.js';

const greyAvatar =
  'https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132';
const avatarUrl = 'https://thirdwx.qlogo.cn/mmopen/vi_32/AbCdEf0123/132';

describe('a profile', () => {
  it('is what WeChat shows of a person', () => {
    const said = { nickname: '小明', avatarUrl, gender: 'male' as const, country: '中国', language: 'zh_CN' };
    expect(profileOf(said)).toStrictEqual(said);
  });

  it.each([
    {},
    { nickname: '' },
    { nickname: '微信用户' },
    { nickname: ' 微信用户 ' },
    { nickname: '用户已经注销' },
    { avatarUrl: greyAvatar },
    { avatarUrl: greyAvatar.replace('https', 'http').replace('/132', '/0') },
    { nickname: '微信用户', avatarUrl: greyAvatar, language: '' },
  ])('is not there for %j', (said) => {
    expect(profileOf(said)).toBeUndefined();
  });

  it('holds nothing else that WeChat says', () => {
    expect(profileOf({ nickname: 'a', openid: 'o1' } as object)).toStrictEqual({ nickname: 'a' });
  });
});

describe('a nickname', () => {
  it.each([
    ['微信用户 7', '微信用户 7'],
    ['李雷👨‍💻', '李雷👨‍💻'],
    ['韩梅梅🇨🇳', '韩梅梅🇨🇳'],
    ['  a b\t', 'a b'],
    ['a\u0000b\nc\u0085d', 'abcd'],
    ['a\u202eb\u2066c', 'abc'],
    ['half \ud83d of one', 'half  of one'],
    ['\u0007\n', undefined],
  ])('%j is shown as %j', (said, nickname) => {
    expect(profileOf({ nickname: said })?.nickname).toBe(nickname);
  });

  it('has 64 code points at most, none of them cut', () => {
    const { nickname } = profileOf({ nickname: '😀'.repeat(70) })!;
    expect(nickname).toBe('😀'.repeat(64));
  });
});

describe('an avatar', () => {
  it.each([
    ['http://thirdwx.qlogo.cn/mmopen/a/132', 'https://thirdwx.qlogo.cn/mmopen/a/132'],
    ['http://wx.qlogo.cn/mmopen/a/0', 'https://wx.qlogo.cn/mmopen/a/0'],
    ['https://elsewhere.example/a.png', 'https://elsewhere.example/a.png'],
    ['http://elsewhere.example/a.png', undefined],
    ['http://qlogo.cn.elsewhere.example/a.png', undefined],
    ['http://evilqlogo.cn/a.png', undefined],
    ['http://evil.example/.qlogo.cn/a.png', undefined],
    ['javascript:alert(1)', undefined],
    ['data:image/png;base64,AAAA', undefined],
    ['/mmopen/a/132', undefined],
    [`https://wx.qlogo.cn/${'a'.repeat(512)}`, undefined],
  ])('%s is taken as %s', (said, expected) => {
    expect(profileOf({ avatarUrl: said })?.avatarUrl).toBe(expected);
  });
});

describe('a place or a language', () => {
  it('is no longer than is kept', () => {
    const long = 'x'.repeat(100);
    expect(profileOf({ country: long, province: long, city: long, language: long })).toEqual({
      country: 'x'.repeat(64),
      province: 'x'.repeat(64),
      city: 'x'.repeat(64),
      language: 'x'.repeat(16),
    });
  });
});
