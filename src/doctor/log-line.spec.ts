import { logLineWithoutSecrets, logWithoutSecrets } from './log-line.js';
import { secretTexts } from './secret-texts.js';

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
    '{"level":"info","request":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},"msg":"trace_id=4bf92f3577b34da6a3ce929d0e0e4736"}',
    '203.0.113.7 "GET / HTTP/2.0" 200 traceId: 4bf92f3577b34da6a3ce929d0e0e4736 x-b3-traceid="4bf92f3577b34da6a3ce929d0e0e4736"',
    'mkdir -p /data && ssh -p2222 host && docker run -p8080:80 x',
    '<status>401</status> monkey=1 design=2',
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
    ['a list that is cut', '{"status":401,"openids":["o1","o2', '{"status":401,"openids":[secret]'],
    [
      'an object that is cut',
      '{"status":401,"cookies":{"a":"x"},"b":1',
      '{"status":401,"cookies":[secret],"b":1',
    ],
    ['a short option', 'mysql -u root -pplanted wxpass', 'mysql -u root -p[secret] wxpass'],
    ['a short option in quotes', "mysql -p'a b' wxpass", 'mysql -p[secret] wxpass'],
    [
      'a long option',
      'x --password abc --client-secret "a b" y',
      'x --password [secret] --client-secret [secret] y',
    ],
    ['an element', '<password>a b</password><x>1</x>', '<password>[secret]</password><x>1</x>'],
    [
      'what follows the mark in an element',
      '<password>[secret]abc</password>',
      '<password>[secret]</password>',
    ],
    ['sealed words of an element', '<Token><![CDATA[abc]]></Token>', '<Token><![CDATA[[secret]]]></Token>'],
    ['a Chinese name', '用户密码：abc 401 密码:def', '用户密码：[secret] 401 密码:[secret]'],
    ['a key', '/map?key=abc&sig=def&sign=x&z=1', '/map?key=[secret]&sig=[secret]&sign=[secret]&z=1'],
    ['a hash', 'password_hash=abc pwd2=def', 'password_hash=[secret] pwd2=[secret]'],
    ['an AppSecret', 'tried 0123456789abcdef0123456789abcdef', 'tried [secret]'],
    [
      'an AppSecret of a JSON line',
      '{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","with":"0123456789abcdef0123456789abcdef"}',
      '{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","with":"[secret]"}',
    ],
    ['a phone with dots', 'call 138.0013.8000, or 138-0013-8000.', 'call [secret], or [secret].'],
    ['a phone of the country', 'call +86-138-0013-8000', 'call [secret]'],
  ])('loses %s', (_what, line, left) => {
    expect(clean(line)).toBe(left);
  });

  it.each([
    ['lists', `{"a":${'['.repeat(3000)}"deep"${']'.repeat(3000)}}`],
    ['objects', `${'{"a":'.repeat(1300)}"deep"${'}'.repeat(1300)}`],
  ])('shows the outer of many %s, one inside the other', (_what, line) => {
    const cleaned = clean(`wxpass-1 | ${line}`);
    expect(cleaned).toMatch(/^wxpass-1 \| \{"a":[^]*\[secret\][^]*\}$/);
    expect(cleaned).not.toContain('deep');
    expect(cleaned.length).toBeLessThan(200);
  });

  it.each([
    '{"a":[{"toString":1,"valueOf":1},"stays"]}',
    '{"a":[["code"],"stays"]}',
    '{"__proto__":{"a":1},"b":"stays"}',
  ])('reads what is written to break it: %s', (line) => {
    expect(clean(line)).toBe(line);
  });

  it('is cut where it is too long, after its secrets were taken out', () => {
    const secret = 'several words of a passphrase';
    for (let before = 8150; before < 8200; before++) {
      const line = `401 ${'x, '.repeat(before / 3)}${'y'.repeat(before % 3)}${secret} and ${'more '.repeat(2000)}`;
      const cleaned = clean(line, [secret]);
      expect(cleaned).toMatch(/^401 x, /);
      expect(cleaned).not.toMatch(/several|words|phrase/);
      expect(cleaned.length).toBeLessThan(8300);
      expect(cleaned).toContain(`[cut, of ${line.length} characters]`);
    }
  });

  it('shows no half of a token where it is cut', () => {
    const line = JSON.stringify({
      msg: 'x '.repeat(4080),
      then: 'Zm9vYmFyMDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFla',
    });
    expect(clean(line)).not.toContain('Zm9');
  });

  it('takes no long time for one that was made to take it', () => {
    const slow: string[] = [];
    const parts = [
      'ab=',
      'code:',
      '\\"',
      '%25',
      '{"a":',
      'eyJ.',
      '://',
      'code="\\',
      'mobile=',
      'mysql://:',
      '<code>',
    ];
    for (const part of [...parts, 'code=\\', 'cookie: ', ' --token', ' -p"', 'traceid ', '138.0013.'])
      for (const line of [part.repeat(200_000 / part.length), `code=${part.at(-1)!.repeat(200_000)}`]) {
        const started = performance.now();
        clean(line);
        slow.push(...(performance.now() - started > 300 ? [line.slice(0, 20)] : []));
      }
    expect(slow).toEqual([]);
  });
});

describe('the lines of a log', () => {
  it('are all there but for the words of one that cannot be read', () => {
    const read = (line: string) => {
      if (line === 'b') throw new RangeError('too deep');
      return line;
    };
    expect(logWithoutSecrets(['a', 'b', 'c'], [], read)).toEqual(['a', '[unreadable]', 'c']);
  });
});

describe('what the configuration holds', () => {
  const cases: [string, Record<string, string>, string, string][] = [
    [
      'escaped in JSON',
      { WECHAT_APPS: '[{"kind":"mini-program","appId":"wxa","appSecret":"esc\\u0061ped\\/secret-1"}]' },
      'with escaped/secret-1',
      'with [secret]',
    ],
    [
      'in JSON that does not parse',
      { WECHAT_APPS: '[{"appSecret":"planted-secret-1",}' },
      'with planted-secret-1',
      'with [secret]',
    ],
    [
      'in a header of the collector',
      { OTEL_EXPORTER_OTLP_HEADERS: 'x-honeycomb=hcaik-one, authorization=Bearer%20Super-1,x-tenant=one' },
      'hcaik-one and Super-1 of one',
      '[secret] and [secret] of one',
    ],
    ['with + for spaces', { ADMIN_PASSWORD: 'a phrase & more' }, 'q=a+phrase+%26+more&x', 'q=[secret]&x'],
    ['with backslashes', { DATABASE_PASSWORD: 'pa"ss\\wo/rd' }, 'm pa\\"ss\\\\wo/rd', 'm [secret]'],
    ['with slashes escaped', { DATABASE_PASSWORD: 'pa"ss/word' }, 'm pa\\"ss\\/word', 'm [secret]'],
    [
      'with colons, in a list with spaces',
      { API_CLIENTS: ' a:sec:ret:with:colons:introspect+revoke , b:second-secret:introspect ' },
      'sec:ret:with:colons second-secret',
      '[secret] [secret]',
    ],
    [
      'in a few characters',
      { METRICS_TOKEN: 'ab.1' },
      'ab.1 "ab.1" xab.1 ab.12 <ab.1>',
      '[secret] "[secret]" xab.1 ab.12 <[secret]>',
    ],
    [
      'as a trace id',
      { WECHAT_MOBILE_APP_SECRET: '0123456789abcdef0123456789abcdef' },
      '{"traceId":"0123456789abcdef0123456789abcdef"}',
      '{"traceId":"[secret]"}',
    ],
    ['in hardly any', { METRICS_TOKEN: 'a' }, 'a b a', 'a b a'],
  ];
  it.each(cases)('is found %s', (_how, env, line, left) => {
    expect(clean(line, secretTexts(env))).toBe(left);
  });
});
