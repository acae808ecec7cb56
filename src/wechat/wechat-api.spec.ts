import { setTimeout as pause } from 'node:timers/promises';
import {
  failureOf as failureWithout,
  FakeWechat,
  json,
  refusal,
  type Reply,
  reset,
  rid,
  silence,
  text,
} from '../../test/support/fake-wechat.js';
import { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { Metrics } from '../platform/observability/metrics.js';
import { WechatApi } from './wechat-api.js';
import { WechatHttp } from './wechat-http.js';

const app: WechatApp = {
  kind: 'mini-program',
  appId: 'wx0123456789abcdef',
  appSecret: '5ecre75ecre75ecre75ecre75ecre700',
};
const code = '0a1B2c_3d-4E5f6G7h8I9j0K1l2M3n4O';
const sessionKey = 'AAECAwQFBgcICQoLDA0ODw==';
const openid = 'oAbCdEfGhIjKlMnOpQrStUvWxYz1';
const unionid = 'oUnIoNaBcDeFgHiJkLmNoPqRsTu1';
const accessToken = '71_AbCdEfGh0123456789AbCdEfGh0123456789';
const refreshToken = '71_RfReSh0123456789RfReSh0123456789';
const session = { session_key: sessionKey, openid, unionid };

let wechat: FakeWechat;
let wires: WechatHttp[];

beforeEach(async () => {
  wechat = await FakeWechat.start();
  wires = [];
});

afterEach(async () => {
  await wechat.stop();
  await Promise.all(wires.map((wire) => wire.onApplicationShutdown()));
});

function apiAt(apiUrl: string, timeoutMs = 1_000): WechatApi {
  const wire = new WechatHttp(
    new Config({ wechat: { apps: [app], apiUrl, apiFallbackUrls: [], timeoutMs } } as unknown as Config),
    new Metrics(),
  );
  wires.push(wire);
  return new WechatApi(wire);
}

const secrets = [
  app.appSecret,
  code,
  sessionKey,
  'jscode2session?',
  'access_token?',
  'userinfo?',
  accessToken,
  refreshToken,
];
const failureOf = (call: Promise<unknown>) => failureWithout(call, secrets);

describe('the request of a mini-program login', () => {
  beforeEach(() => wechat.answers(json(session)));

  it('names its parameters in the documented order', async () => {
    await apiAt(wechat.url).codeToSession(app, code);
    expect(wechat.asked).toMatchObject([
      {
        method: 'GET',
        url: `/sns/jscode2session?appid=${app.appId}&secret=${app.appSecret}&js_code=${code}&grant_type=authorization_code`,
      },
    ]);
  });

  it('keeps a code one encoded value, whatever it holds', async () => {
    await apiAt(wechat.url).codeToSession(app, 'a&secret=b#c=%41 d');
    const sent = new URL(wechat.asked[0]!.url, wechat.url).searchParams;
    expect([...sent.keys()]).toEqual(['appid', 'secret', 'js_code', 'grant_type']);
    expect(sent.get('js_code')).toBe('a&secret=b#c=%41 d');
  });

  it.each(['/simulator', '/simulator/', '/a/b'])('keeps the path prefix %s', async (prefix) => {
    await apiAt(wechat.url + prefix).codeToSession(app, code);
    expect(wechat.asked[0]!.url).toMatch(
      new RegExp(`^${prefix.replace(/\/$/, '')}/sns/jscode2session\\?appid=`),
    );
  });

  it('reuses the connection of the login before', async () => {
    const api = apiAt(wechat.url);
    for (let login = 0; login < 5; login += 1) await api.codeToSession(app, code);
    expect(wechat.asked).toHaveLength(5);
    expect(wechat.connections.size).toBe(1);
  });

  it('reuses the connection after a refusal by status, too', async () => {
    const api = apiAt(wechat.url);
    wechat.answers(text('Bad Gateway', 'text/html', 502), json(session));
    await failureOf(api.codeToSession(app, code));
    await api.codeToSession(app, code);
    expect(wechat.connections.size).toBe(1);
  });

  it('closes its connections when the service shuts down', async () => {
    const api = apiAt(wechat.url);
    await api.codeToSession(app, code);
    const closed = Promise.all(
      [...wechat.connections].map((socket) => new Promise((done) => socket.once('close', done))),
    );
    await wires.pop()!.onApplicationShutdown();
    await closed;
    expect((await failureOf(api.codeToSession(app, code))).error).toBe('wechat_unavailable');
  });
});

describe('a good answer', () => {
  const accepted: [string, Reply, string | undefined][] = [
    ['as text/plain', json(session), unionid],
    ['as application/json', text(JSON.stringify(session), 'application/json; encoding=utf-8'), unionid],
    ['without a content type', (response) => response.end(JSON.stringify(session)), unionid],
    ['without a unionid', json({ session_key: sessionKey, openid }), undefined],
    ['with an empty unionid', json({ ...session, unionid: '' }), undefined],
    ['with a unionid of null', json({ ...session, unionid: null }), undefined],
    ['with errcode 0', json({ ...session, errcode: 0, errmsg: 'ok' }), unionid],
    ['with errcode "0"', json({ ...session, errcode: '0', errmsg: '' }), unionid],
    ['with an errmsg that is no text', json({ ...session, errcode: 0, errmsg: null }), unionid],
    ['with unknown fields', json({ ...session, something: { new: [1] } }), unionid],
  ];

  it.each(accepted)('is accepted %s', async (_, reply, expectedUnionid) => {
    wechat.answers(reply);
    expect(await apiAt(wechat.url).codeToSession(app, code)).toEqual({
      openid,
      unionid: expectedUnionid,
      sessionKey,
    });
  });
});

describe('an errcode', () => {
  it.each([
    [40029, 'wechat_code_invalid', undefined],
    [41008, 'wechat_code_invalid', undefined],
    [42003, 'wechat_code_invalid', undefined],
    [40163, 'wechat_code_used', undefined],
    [40226, 'wechat_user_blocked', undefined],
    [40013, 'wechat_error', undefined],
    [40125, 'wechat_error', undefined],
    [40164, 'wechat_error', undefined],
    [41002, 'wechat_error', undefined],
    [41004, 'wechat_error', undefined],
    [48001, 'wechat_error', undefined],
    [99999, 'wechat_error', undefined],
    [45011, 'wechat_unavailable', 60],
    [45009, 'wechat_unavailable', 3600],
    [50002, 'wechat_unavailable', 60],
  ])('%i makes the login fail as %s, and is asked once only', async (errcode, name, retryAfterSeconds) => {
    wechat.answers(refusal(errcode, 'some words'));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error).toMatchObject({ error: name, retryAfterSeconds });
    expect(error.detailsIn('zh')).toMatchObject({ errcode, rid });
    expect(error.message).toContain('some words');
    expect(wechat.asked).toHaveLength(1);
  });

  it('given as text counts as its number', async () => {
    wechat.answers(refusal('40163', 'code been used'));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.error).toBe('wechat_code_used');
    expect(error.detailsIn('en')).toMatchObject({ errcode: 40163 });
  });

  it('refuses even where the answer also holds a session', async () => {
    wechat.answers(json({ ...session, errcode: 40029, errmsg: 'invalid code' }));
    expect((await failureOf(apiAt(wechat.url).codeToSession(app, code))).error).toBe('wechat_code_invalid');
  });

  it('without an errmsg is still understood', async () => {
    wechat.answers(json({ errcode: 40029 }));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.detailsIn('en')).toMatchObject({ errcode: 40029, rid: null });
  });

  it('whose errmsg repeats what was sent does not carry it into the log', async () => {
    wechat.answers(refusal(40029, `invalid code ${code} of secret ${app.appSecret}`));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.message).toContain('invalid code [removed] of secret [removed]');
  });
});

describe('a busy WeChat', () => {
  const busy = json({ errcode: -1, errmsg: 'system error' });

  it('is asked once more after a short pause', async () => {
    wechat.answers(busy, json(session));
    expect(await apiAt(wechat.url).codeToSession(app, code)).toMatchObject({ openid });
    expect(wechat.asked).toHaveLength(2);
    expect(wechat.asked[1]!.url).toBe(wechat.asked[0]!.url);
    expect(wechat.asked[1]!.at - wechat.asked[0]!.at).toBeGreaterThan(150);
  });

  it('that is still busy is not asked a third time', async () => {
    wechat.answers(busy, busy, json(session));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error).toMatchObject({ error: 'wechat_unavailable', retryAfterSeconds: 2 });
    expect(wechat.asked).toHaveLength(2);
  });

  it('decides by its second answer', async () => {
    wechat.answers(busy, refusal(40163, 'code been used'));
    expect((await failureOf(apiAt(wechat.url).codeToSession(app, code))).error).toBe('wechat_code_used');
  });

  it('leaves its second answer only what remains of the five seconds of a login', async () => {
    const allowed: number[] = [];
    const answers = [{ errcode: -1 }, session];
    const slowWire = {
      get: async (_path: string, _query: object, withinMs: number) => {
        allowed.push(withinMs);
        await pause(100);
        return answers.shift();
      },
    };
    await new WechatApi(slowWire as unknown as WechatHttp).codeToSession(app, code);
    const [first, second] = allowed;
    expect(first).toBeLessThanOrEqual(5_000);
    expect(first).toBeGreaterThan(4_900);
    expect(second).toBeLessThan(4_750);
    expect(second).toBeGreaterThan(4_000);
  });
});

describe('an answer that is not as documented', () => {
  const undocumented: [string, Reply][] = [
    ['HTML with status 200', text('<html>502</html>', 'text/html')],
    ['an empty body', text('')],
    ['an empty object', json({})],
    ['an openid that is a number', json({ openid: 123 })],
    ['an empty openid', json({ ...session, openid: '' })],
    ['an openid of 65 characters', json({ ...session, openid: 'o'.repeat(65) })],
    ['an openid of odd characters', json({ ...session, openid: "o' OR 1=1" })],
    ['a unionid that is a number', json({ ...session, unionid: 7 })],
    ['no session_key', json({ openid })],
    ['an empty session_key', json({ ...session, session_key: '' })],
    ['a session_key of 129 characters', json({ ...session, session_key: 'A'.repeat(129) })],
    ['an errcode that is no number', json({ ...session, errcode: 'broken' })],
    ['an array', json([session])],
    ['null', json(null)],
    ['JSON that breaks off', text(JSON.stringify(session).slice(0, -3))],
    ['a body of 2 MiB', json({ ...session, padding: 'x'.repeat(2 * 1024 * 1024) })],
    ['status 404', text(JSON.stringify(session), 'application/json', 404)],
    ['status 204', (response) => response.writeHead(204).end()],
    ['no HTTP at all', (response) => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ];

  it.each(undocumented)('fails as wechat_error: %s', async (_, reply) => {
    wechat.answers(reply);
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.error).toBe('wechat_error');
    expect(error.detailsIn('en')).toEqual({
      errcode: null,
      advice: expect.stringContaining('WECHAT_API_URL'),
      rid: null,
    });
    expect(wechat.asked).toHaveLength(1);
  });

  it('says in the log which fields are at fault', async () => {
    wechat.answers(json({ openid: 123 }));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.message).toMatch(/openid, session_key$/);
  });

  it.each([301, 302, 307, 308])('does not follow a redirect of status %i', async (status) => {
    wechat.answers(
      (response) => response.writeHead(status, { location: `${wechat.url}/elsewhere` }).end(),
      json(session),
    );
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error).toMatchObject({
      error: 'wechat_error',
      message: expect.stringContaining(`HTTP ${status}`),
    });
    expect(wechat.asked).toHaveLength(1);
  });
});

describe('a WeChat that cannot be reached', () => {
  const drip: Reply = (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  const faults: [string, Reply][] = [
    ['status 500', text('oops', 'text/plain', 500)],
    ['status 502', text('<html>Bad Gateway</html>', 'text/html', 502)],
    ['status 503 with a long body', text('x'.repeat(2 * 1024 * 1024), 'text/html', 503)],
    ['status 500 that holds a session', text(JSON.stringify(session), 'application/json', 500)],
    ['no answer', silence],
    ['a body that drips in for ever', drip],
    ['a reset', reset],
    ['a closed connection', (_, request) => request.socket.destroy()],
    [
      'a body cut short',
      (response, request) => {
        response
          .writeHead(200, { 'content-length': 200 })
          .write('{"openid":', () => request.socket.destroy());
      },
    ],
    [
      'a chunked body cut short',
      (response, request) => {
        response.writeHead(200).write('{"openid":', () => request.socket.end());
      },
    ],
  ];

  it.each(faults)(
    'fails as wechat_unavailable within the limit, and is asked once only: %s',
    async (_, reply) => {
      wechat.answers(reply);
      const began = performance.now();
      const error = await failureOf(apiAt(wechat.url, 300).codeToSession(app, code));
      expect(error).toMatchObject({ error: 'wechat_unavailable', retryAfterSeconds: 5 });
      expect(error.detailsIn('zh')).toEqual({
        errcode: null,
        advice: expect.stringContaining('DNS'),
        rid: null,
      });
      expect(performance.now() - began).toBeLessThan(800);
      expect(wechat.asked).toHaveLength(1);
    },
  );

  it('is given up earlier where a call has less time left than the limit', async () => {
    wechat.answers(silence);
    apiAt(wechat.url, 5_000);
    const began = performance.now();
    const error = await failureOf(wires[0]!.get('/sns/jscode2session', {}, 100));
    expect(error.error).toBe('wechat_unavailable');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('is not asked at all where no time is left', async () => {
    wechat.answers(json(session));
    apiAt(wechat.url);
    expect((await failureOf(wires[0]!.get('/sns/jscode2session', {}, 0))).error).toBe('wechat_unavailable');
    expect(wechat.asked).toHaveLength(0);
  });

  it('fails as wechat_unavailable where nobody listens', async () => {
    const gone = await FakeWechat.start();
    const { url } = gone;
    await gone.stop();
    const error = await failureOf(apiAt(url).codeToSession(app, code));
    expect(error).toMatchObject({
      error: 'wechat_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('the exchange of an OAuth code', () => {
  const site: WechatApp = { ...app, kind: 'website' };
  const granted = {
    access_token: accessToken,
    expires_in: 7200,
    refresh_token: refreshToken,
    openid,
    scope: 'snsapi_login',
    unionid,
  };
  const exchange = () => apiAt(wechat.url).exchangeOauthCode(site, code);

  it('names its parameters in the documented order', async () => {
    wechat.answers(json(granted));
    await exchange();
    expect(wechat.asked).toMatchObject([
      {
        method: 'GET',
        url: `/sns/oauth2/access_token?appid=${app.appId}&secret=${app.appSecret}&code=${code}&grant_type=authorization_code`,
      },
    ]);
  });

  it('gives who it is, what was granted and the access token, and no refresh token', async () => {
    wechat.answers(json(granted));
    expect(await exchange()).toEqual({
      accessToken,
      openid,
      unionid,
      scopes: ['snsapi_login'],
      isSnapshotUser: false,
    });
  });

  it.each([
    ['a comma at the end of the scope', { scope: 'snsapi_userinfo,' }, { scopes: ['snsapi_userinfo'] }],
    [
      'several scopes',
      { scope: 'snsapi_base,snsapi_userinfo' },
      { scopes: ['snsapi_base', 'snsapi_userinfo'] },
    ],
    ['no scope', { scope: undefined }, { scopes: [] }],
    ['an empty unionid', { unionid: '' }, { unionid: undefined }],
    ['errcode "0"', { errcode: '0' }, { unionid }],
    ['is_snapshotuser 1', { is_snapshotuser: 1 }, { isSnapshotUser: true }],
    ['is_snapshotuser "1"', { is_snapshotuser: '1' }, { isSnapshotUser: true }],
    ['is_snapshotuser 0', { is_snapshotuser: 0 }, { isSnapshotUser: false }],
  ])('reads %s', async (_, changes, expected) => {
    wechat.answers(json({ ...granted, ...changes }));
    expect(await exchange()).toMatchObject(expected);
  });

  it.each([
    ['no access token', { access_token: undefined }],
    ['an empty access token', { access_token: '' }],
    ['an endless access token', { access_token: accessToken.repeat(100) }],
    ['no openid', { openid: undefined }],
    ['a unionid of odd characters', { unionid: '<script>' }],
  ])('fails as wechat_error with %s, and says no token of the answer', async (_, changes) => {
    wechat.answers(json({ ...granted, ...changes }));
    expect((await failureOf(exchange())).error).toBe('wechat_error');
    expect(wechat.asked).toHaveLength(1);
  });

  it.each([
    [40029, 'wechat_code_invalid'],
    [40163, 'wechat_code_used'],
    [40125, 'wechat_error'],
    [45011, 'wechat_unavailable'],
  ])('%i makes it fail as %s, and is asked once only', async (errcode, name) => {
    wechat.answers(refusal(errcode, `no ${code} of ${app.appSecret}`));
    const error = await failureOf(exchange());
    expect(error.error).toBe(name);
    expect(error.message).toContain('no [removed] of [removed]');
    expect(wechat.asked).toHaveLength(1);
  });

  it('asks a busy WeChat once more', async () => {
    wechat.answers(json({ errcode: -1, errmsg: 'system error' }), json(granted));
    expect(await exchange()).toMatchObject({ openid });
    expect(wechat.asked).toHaveLength(2);
  });

  it.each([
    ['status 502', text('', 'text/html', 502)],
    ['a reset', reset],
  ])('is not repeated after %s', async (_, reply) => {
    wechat.answers(reply, json(granted));
    expect((await failureOf(exchange())).error).toBe('wechat_unavailable');
    expect(wechat.asked).toHaveLength(1);
  });
});

describe('the profile', () => {
  const info = {
    openid,
    nickname: '小明😀',
    sex: 0,
    language: '',
    city: '',
    province: '',
    country: '',
    headimgurl: 'https://thirdwx.qlogo.cn/mmopen/vi_32/AbCdEf0123/132',
    privilege: [],
    unionid,
  };
  const userInfo = () => apiAt(wechat.url).userInfo(accessToken, openid, 'zh_CN');

  it('is asked for by token, openid and language', async () => {
    wechat.answers(json(info));
    await userInfo();
    expect(wechat.asked[0]!.url).toBe(
      `/sns/userinfo?access_token=${accessToken}&openid=${openid}&lang=zh_CN`,
    );
  });

  it('has no empty texts and no unknown sex', async () => {
    wechat.answers(text(JSON.stringify(info).replaceAll('/', '\\/')));
    const said = await userInfo();
    expect(said).toEqual({ openid, unionid, nickname: '小明😀', avatarUrl: info.headimgurl });
  });

  it.each([
    [1, 'male'],
    ['1', 'male'],
    [2, 'female'],
    [0, undefined],
    [9, undefined],
    ['?', undefined],
  ])('reads sex %j as %s', async (sex, gender) => {
    wechat.answers(json({ ...info, sex }));
    expect((await userInfo()).gender).toBe(gender);
  });

  it('does without whatever is only shown', async () => {
    wechat.answers(json({ openid, nickname: 7, headimgurl: null }));
    expect(await userInfo()).toEqual({ openid });
  });

  it('of another person is not as documented', async () => {
    wechat.answers(json({ ...info, openid: 'oSomebodyElse' }));
    expect((await failureOf(userInfo())).error).toBe('wechat_error');
  });

  it.each([
    [40001, 'wechat_code_invalid'],
    [48001, 'wechat_error'],
    [-1, 'wechat_unavailable'],
  ])('refused with %i fails as %s, is asked for once only and keeps the token', async (errcode, name) => {
    wechat.answers(refusal(errcode, `invalid credential ${accessToken} of ${openid}`));
    const error = await failureOf(userInfo());
    expect(error.error).toBe(name);
    expect(error.message).not.toContain(openid);
    expect(wechat.asked).toHaveLength(1);
  });
});
