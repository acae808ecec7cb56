import { logLineWithoutSecrets } from './log-line.js';

const clean = (line: string, secrets: string[] = []) => logLineWithoutSecrets(line, secrets);

describe('a line of a log', () => {
  it.each([
    '{"level":"info","time":"2026-11-20T15:14:15.000Z","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","method":"POST","path":"/api/v1/auth/wechat/mini-program","route":"/api/v1/auth/wechat/mini-program","status":503,"ms":12.5,"address":"203.0.113.7","userId":"0199a0b1-7c2d-7000-8000-5f6e7d8c9b0a","msg":"request"}',
    '{"level":"warn","context":"Error","msg":"wechat_error: WeChat refused with errcode 40164: invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 6735d1f0-1a2b3c4d-5e6f7a8b"}',
    '{"err":{"type":"Error","message":"connect ECONNREFUSED 10.0.0.1:6379","reason":"ECONNREFUSED","stack":"    at Socket.<anonymous> (/app/dist/src/platform/store/redis-store.js:10:5)"}}',
    '{"code":"ECONNREFUSED","other":{"code":40111,"state":null,"phone":""},"hasPassword":true}',
    'connect failed code=ER_DUP_ENTRY after 12 ms',
    '{"msg":"slow query, 812 ms: SELECT id FROM wechat_identities WHERE app_id = ? AND openid = ? AND unionid IS NULL"}',
    'DATABASE_MIGRATE is off and these migrations are pending: AddUnionidConflicts1763000000000; run npm run migration:run',
    '203.0.113.7 - - [20/Nov/2026:15:14:15 +0000] "GET /api/v1/users/me?page=2 HTTP/2.0" 200 512 "https://app.example.test/" "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN"',
    'traceparent 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    `pulled wxpass@sha256:${'a1'.repeat(32)} to wxpass-6d5f8c9b7d-x2k9p`,
    'the disk is 95 % full, see https://docs.example.test/a%20b%2Fc?x=1',
    'not JSON { at all',
  ])('stays as it is where it helps: %s', (line) => {
    expect(clean(line)).toBe(line);
  });

  it('loses what the configuration holds, also where JSON escapes it', () => {
    const secret = 'a "quoted\\ secret';
    const line = JSON.stringify({ msg: `refused ${secret}`, at: encodeURIComponent(secret) });
    expect(clean(line, [secret])).toBe('{"msg":"refused [secret]","at":"[secret]"}');
  });

  it.each([
    ['a quote in a value', '{"password":"abc\\"def","x":1', '{"password":"[secret]","x":1'],
    ['a value that is cut', '{"status":401,"password":"abc def', '{"status":401,"password":"[secret]"'],
    ['a value after another', '?a=b=c&code=abc', '?a=b=c&code=[secret]'],
    ['a value in colour', '\u001b[35mcode\u001b[39m: \u001b[32m"abc"\u001b[39m 401', 'code: "[secret]" 401'],
    ['a value of a list', '?code[]=abc&x=1', '?code[]=[secret]&x=1'],
    [
      'an openid in XML',
      '<FromUserName><![CDATA[oABCDEFGHIJKLMNOPQRSTUVWXYZz]]>',
      '<FromUserName><![CDATA[[secret]]]>',
    ],
    ['a number', '{"status":401,"phone":13912345678,"x":1', '{"status":401,"phone":[secret],"x":1'],
    ['a list', '{"openids":["o1","o2"],"x":1}', '{"openids":"[secret]","x":1}'],
    ['a header of several words', 'x 401 Authorization: Digest a="b"', 'x 401 Authorization: [secret]"b"'],
  ])('loses %s', (_what, line, left) => {
    expect(clean(line)).toBe(left);
  });

  it('takes no long time for one that was made to take it', () => {
    const started = performance.now();
    for (const line of ['ab=', 'code:', '\\"', '%25', '{"a":', 'eyJ.', '://', 'code="\\'])
      clean(line.repeat(60_000 / line.length));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
