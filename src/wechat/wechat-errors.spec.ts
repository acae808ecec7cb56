import type { EndpointKind } from './errcode-row.js';
import { meaningOf } from './wechat-errcodes.js';
import { unexpectedAnswer, unreachable, wechatError } from './wechat-errors.js';

const documented = [
  -1, 1, 40001, 40002, 40003, 40013, 40014, 40029, 40030, 40035, 40052, 40053, 40066, 40097, 40125, 40129,
  40159, 40163, 40164, 40165, 40169, 40201, 40202, 40203, 40212, 40226, 40230, 40231, 40232, 40233, 40234,
  40235, 40236, 40237, 40238, 40239, 40240, 40243, 41001, 41002, 41003, 41004, 41008, 41009, 41018, 41021,
  41030, 42001, 42002, 42003, 42006, 42007, 43001, 43002, 43003, 43004, 44002, 44990, 44993, 45002, 45009,
  45011, 45029, 45035, 45063, 47001, 48001, 48004, 48006, 48017, 50001, 50002, 50004, 50007, 60020, 61003,
  61004, 61005, 61006, 61010, 61011, 61023, 76001, 76002, 76003, 76004, 76021, 76022, 85079, 85096, 85401,
  85402, 85406, 85407, 85408, 87007, 87008, 87009, 89002, 89300, 89501, 89503, 89506, 89507,
];
const endpoints: EndpointKind[] = ['sns', 'app-token', 'api', 'phone'];
const unlisted = 99999;
const han = /\p{Script=Han}/u;

describe('the advice on an errcode', () => {
  it.each(documented)('%i is given in Chinese and in English, wherever it comes from', (errcode) => {
    for (const endpoint of endpoints) {
      const { zh, en } = meaningOf(errcode, endpoint);
      expect(zh).toMatch(han);
      expect(zh).toMatch(/。$/);
      expect(en).not.toMatch(han);
      expect(en).toMatch(/^[\x20-\x7e]{20,}\.$/);
    }
  });

  it.each(documented)('%i is its own, not that of an unlisted one', (errcode) => {
    expect(meaningOf(errcode, 'api')).not.toBe(meaningOf(unlisted, 'api'));
  });

  it('of an unlisted one sends the operator to the documentation', () => {
    expect(meaningOf(unlisted, 'sns')).toMatchObject({ class: 'OPERATOR', zh: expect.stringMatching(han) });
  });
});

describe('what an errcode means', () => {
  it.each<[number, EndpointKind, string]>([
    [40001, 'sns', 'wechat_code_invalid'],
    [40001, 'app-token', 'wechat_error'],
    [40001, 'api', 'wechat_error'],
    [40003, 'sns', 'wechat_code_invalid'],
    [40003, 'phone', 'wechat_code_invalid'],
    [40003, 'api', 'invalid_request'],
    [40013, 'sns', 'wechat_error'],
    [40013, 'phone', 'wechat_code_invalid'],
    [42001, 'sns', 'wechat_code_invalid'],
    [42001, 'phone', 'wechat_error'],
    [43004, 'sns', 'wechat_user_blocked'],
    [44990, 'api', 'wechat_unavailable'],
    [unlisted, 'sns', 'wechat_error'],
  ])('%i at %s is %s', (errcode, endpoint, name) => {
    expect(wechatError(errcode, 'words', endpoint).error).toBe(name);
  });

  it.each<[number, EndpointKind, string]>([
    [40001, 'sns', 'RELOGIN'],
    [40001, 'app-token', 'OPERATOR'],
    [40001, 'api', 'TOKEN'],
    [40014, 'phone', 'TOKEN'],
    [42001, 'api', 'TOKEN'],
    [42001, 'sns', 'RELOGIN'],
  ])('%i at %s is classed %s', (errcode, endpoint, errcodeClass) => {
    expect(meaningOf(errcode, endpoint).class).toBe(errcodeClass);
  });

  it('always comes with a time to wait where waiting helps', () => {
    for (const errcode of documented) {
      const error = wechatError(errcode, 'words', 'api');
      expect([errcode, error.retryAfterSeconds !== undefined]).toEqual([
        errcode,
        error.error === 'wechat_unavailable',
      ]);
    }
  });
});

describe('the error made of an errcode', () => {
  it.each([
    'invalid code, rid: 6650a1b2-1c2d3e4f-5a6b7c8d',
    'invalid code rid: 6650a1b2-1c2d3e4f-5a6b7c8d',
    'invalid code hint: [a1B2c3D4] rid: 6650a1b2-1c2d3e4f-5a6b7c8d',
  ])('takes the rid out of "%s"', (errmsg) => {
    expect(wechatError(40029, errmsg, 'sns').detailsIn('en')).toMatchObject({
      rid: '6650a1b2-1c2d3e4f-5a6b7c8d',
    });
  });

  it.each(['invalid code', '', 'invalid code, hints: [ req_id: AbCdEf ]', 'invalid code, rid: <script>'])(
    'has no rid where "%s" has none',
    (errmsg) => {
      expect(wechatError(40029, errmsg, 'sns').detailsIn('en')).toMatchObject({ rid: null });
    },
  );

  it('speaks the language of the caller', () => {
    const error = wechatError(40125, 'invalid appsecret', 'sns');
    const { zh, en } = meaningOf(40125, 'sns');
    expect(error.detailsIn('zh')).toEqual({ errcode: 40125, advice: zh, rid: null });
    expect(error.detailsIn('en')).toEqual({ errcode: 40125, advice: en, rid: null });
  });

  it('keeps the errmsg for the log', () => {
    const error = wechatError(48001, 'api unauthorized', 'sns');
    expect(error.message).toContain('errcode 48001: api unauthorized');
    expect(JSON.stringify([error.detailsIn('en'), error.messageIn('en')])).not.toContain('api unauthorized');
  });

  it('does not fill the log with an endless errmsg', () => {
    expect(wechatError(48001, 'x'.repeat(100_000), 'sns').message.length).toBeLessThan(1_000);
  });

  it.each([
    ['invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist', '203.0.113.7'],
    ['invalid ip 2001:db8::7, not in whitelist', '2001:db8::7'],
  ])('names the address to list in the log and keeps it out of the answer: %s', (errmsg, address) => {
    const error = wechatError(40164, errmsg, 'app-token');
    expect(error.message).toContain(`(add ${address} to the app's IP whitelist)`);
    expect(JSON.stringify([error.detailsIn('zh'), error.messageIn('zh')])).not.toContain(address);
  });
});

describe('an error without an errcode', () => {
  it.each([
    ['an unexpected answer', unexpectedAnswer('reason'), 'wechat_error'],
    ['an unreachable WeChat', unreachable('reason'), 'wechat_unavailable'],
  ])('has data of the same form: %s', (_, error, name) => {
    expect(error.error).toBe(name);
    expect(error.message).toMatch(/: reason$/);
    expect(error.detailsIn('zh')).toEqual({ errcode: null, advice: expect.stringMatching(han), rid: null });
    expect(error.detailsIn('en')).toEqual({
      errcode: null,
      advice: expect.not.stringMatching(han),
      rid: null,
    });
  });
});
