import { randomBytes } from 'node:crypto';
import { failureOf as failureWithout, rid } from '../../test/support/fake-wechat.js';
import { vectorsOf } from '../../test/support/wechat-vectors.js';
import { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { Sealer } from '../platform/crypto/sealer.js';
import { MemoryStore } from '../platform/store/memory-store.js';
import { Metrics } from '../platform/observability/metrics.js';
import { AppTokens } from './app-tokens.service.js';
import { WechatAppApi } from './wechat-app-api.js';
import { unreachable } from './wechat-errors.js';
import type { WechatHttp } from './wechat-http.js';

const app: WechatApp = {
  kind: 'mini-program',
  appId: 'wx0123456789abcdef',
  appSecret: '5ecre75ecre75ecre75ecre75ecre700',
};
const openid = 'oAbCdEfGhIjKlMnOpQrStUvWxYz1';
const unionid = 'oUnIoNaBcDeFgHiJkLmNoPqRsTu1';
const sessionKey = 'tiihtNczf5v6AKRyjwEUhQ==';
const code = 'e31968a7f94cc5ee25fafc2aef2773f0bb8c3937b22520eb8ee345274d00c144';
const phoneInfo = {
  phoneNumber: '+85251234567',
  purePhoneNumber: '51234567',
  countryCode: '852',
  watermark: { timestamp: 1_700_000_000, appid: app.appId },
};
const jpeg = Buffer.from('ffd8ffe000104a464946', 'hex');

/** Gives its answers in turn, the last one for ever, and a new token whenever one is asked for. */
class FakeHttp {
  readonly asked: unknown[][] = [];
  readonly left: (number | undefined)[] = [];
  answers: unknown[] = [];
  private tokens = 0;

  async get(path: string, query: Record<string, string>, withinMs?: number): Promise<unknown> {
    return this.answer(['GET', path, query], withinMs);
  }

  async post(path: string, query: object, body: unknown, withinMs?: number): Promise<unknown> {
    if (path !== '/cgi-bin/stable_token') return this.answer(['POST', path, query, body], withinMs);
    this.tokens += 1;
    return { access_token: tokenNumber(this.tokens), expires_in: 7200 };
  }

  async postForImage(path: string, query: object, body: unknown, withinMs?: number) {
    const answer = await this.answer(['POST', path, query, body], withinMs);
    return Buffer.isBuffer(answer) ? { image: answer } : { answer };
  }

  private async answer(asked: unknown[], withinMs: number | undefined): Promise<unknown> {
    this.asked.push(asked);
    this.left.push(withinMs);
    const answer = this.answers.length > 1 ? this.answers.shift() : this.answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

const tokenNumber = (n: number) => `71_T0keN${n}aBcDeFgHiJkLmN`;
const access_token = tokenNumber(1);
const refusal = (errcode: number, errmsg = 'words') => ({ errcode, errmsg: `${errmsg} rid: ${rid}` });
const secrets = [app.appSecret, code, openid, sessionKey, 'T0keN', phoneInfo.purePhoneNumber];
const failureOf = (call: Promise<unknown>) => failureWithout(call, secrets);

let http: FakeHttp;
let store: MemoryStore;
let api: WechatAppApi;

beforeEach(() => {
  http = new FakeHttp();
  store = new MemoryStore();
  const wire = http as unknown as WechatHttp;
  const config = new Config({ wechat: { appToken: 'stable' } } as unknown as Config);
  const sealer = new Sealer([{ id: 'k1', key: randomBytes(32) }]);
  api = new WechatAppApi(wire, new AppTokens(store, sealer, wire, config, new Metrics()));
});

afterEach(() => store.close());

const calls: [string, (withinMs?: number) => Promise<unknown>, unknown][] = [
  ['phoneNumber', (ms) => api.phoneNumber(app, code, openid, ms), { errcode: 0, phone_info: phoneInfo }],
  ['checkSessionKey', (ms) => api.checkSessionKey(app, openid, sessionKey, ms), { errcode: 0 }],
  ['follower', (ms) => api.follower(app, openid, ms), { subscribe: 0, openid }],
  [
    'createSceneQr',
    (ms) => api.createSceneQr(app, 's', 60, ms),
    { ticket: 't', expire_seconds: 60, url: 'http://weixin.qq.com/q/a' },
  ],
  ['miniProgramCode', (ms) => api.miniProgramCode(app, { scene: 's', envVersion: 'release' }, ms), jpeg],
];

describe.each(calls)('%s', (_name, call, good) => {
  it.each([40001, 40014, 42001])('is repeated once with a new token after %i', async (errcode) => {
    http.answers = [refusal(errcode), good];
    await call();
    expect(http.asked.map(([, , query]) => query)).toMatchObject([
      { access_token: tokenNumber(1) },
      { access_token: tokenNumber(2) },
    ]);
  });

  it('is a fault of the operator where the new token is refused as well', async () => {
    http.answers = [refusal(40001, `invalid credential ${tokenNumber(1)} ${tokenNumber(2)}`)];
    const error = await failureOf(call());
    expect(error.error).toBe('wechat_error');
    expect(error.message).toContain('invalid credential [removed] [removed]');
    expect(http.asked).toHaveLength(2);
  });

  it('is repeated once where WeChat is busy', async () => {
    http.answers = [refusal(-1, 'system error'), good];
    await call();
    expect(http.asked).toHaveLength(2);
    expect(http.asked[1]).toEqual(http.asked[0]);
  });

  it('is given up where WeChat stays busy', async () => {
    http.answers = [refusal(-1, 'system error')];
    expect((await failureOf(call())).error).toBe('wechat_unavailable');
    expect(http.asked).toHaveLength(2);
  });

  it.each([
    [48001, 'wechat_error'],
    [45009, 'wechat_unavailable'],
    [45011, 'wechat_unavailable'],
    [99999, 'wechat_error'],
  ])('tells errcode %i as %s, without what was sent', async (errcode, name) => {
    http.answers = [refusal(errcode, `no ${access_token}`)];
    const error = await failureOf(call());
    expect(error.error).toBe(name);
    expect(error.detailsIn('en')).toMatchObject({ errcode, rid });
    expect(http.asked).toHaveLength(1);
  });

  it('passes on that WeChat cannot be reached', async () => {
    http.answers = [unreachable('reset')];
    expect((await failureOf(call())).error).toBe('wechat_unavailable');
    expect(http.asked).toHaveLength(1);
  });

  it.each(['text', null, [], { errcode: 'many' }])('does not believe %j', async (answer) => {
    http.answers = [answer];
    expect((await failureOf(call())).error).toBe('wechat_error');
  });

  it('spends no more than the time it is given', async () => {
    http.answers = [refusal(-1), good];
    await call(1_000);
    expect(http.left[0]).toBeLessThanOrEqual(1_000);
    expect(http.left[1]).toBeLessThanOrEqual(810);
  });
});

describe('a phone number', () => {
  it('is asked for with the openid, so that the code cannot be another person’s', async () => {
    http.answers = [{ errcode: 0, errmsg: 'ok', phone_info: phoneInfo }];
    expect(await api.phoneNumber(app, code, openid)).toStrictEqual({
      phoneNumber: '51234567',
      countryCode: '852',
    });
    expect(http.asked).toEqual([
      ['POST', '/wxa/business/getuserphonenumber', { access_token }, { code, openid }],
    ]);
  });

  it('has a country code that may be a number', async () => {
    http.answers = [{ errcode: 0, phone_info: { ...phoneInfo, countryCode: 86 } }];
    expect(await api.phoneNumber(app, code, openid)).toMatchObject({ countryCode: '86' });
  });

  it.each([
    [{ ...phoneInfo, watermark: { appid: 'wxffffffffffffffff' } }],
    [{ ...phoneInfo, watermark: undefined }],
    [{ ...phoneInfo, purePhoneNumber: '' }],
    [{ ...phoneInfo, countryCode: 'HK' }],
    [undefined],
  ])('is not believed where it is %j', async (info) => {
    http.answers = [{ errcode: 0, errmsg: 'ok', phone_info: info }];
    expect((await failureOf(api.phoneNumber(app, code, openid))).error).toBe('wechat_error');
  });

  it.each([
    [40029, 'wechat_code_invalid'],
    [40013, 'wechat_code_invalid'],
    [40003, 'wechat_code_invalid'],
    [40163, 'wechat_code_used'],
  ])('has a code that errcode %i refuses as %s', async (errcode, name) => {
    http.answers = [refusal(errcode, `invalid code ${code} of ${openid}`)];
    const error = await failureOf(api.phoneNumber(app, code, openid));
    expect(error.error).toBe(name);
    expect(error.message).toContain('invalid code [removed] of [removed]');
    expect(http.asked).toHaveLength(1);
  });
});

describe('a session_key', () => {
  const emptyMessages = vectorsOf('hmac-sha256').filter(([, { inputs }]) => inputs.message === '');

  it.each(emptyMessages)('signs the empty message by its base64 text: %s', async (_, vector) => {
    http.answers = [{ errcode: 0, errmsg: 'ok' }];
    expect(await api.checkSessionKey(app, openid, vector.inputs.session_key!)).toBe(true);
    const { signature } = vector.expected;
    expect(http.asked).toEqual([
      ['GET', '/wxa/checksession', { access_token, openid, signature, sig_method: 'hmac_sha256' }],
    ]);
  });

  it.each([87007, 87009])('is not the person’s any more by errcode %i', async (errcode) => {
    http.answers = [refusal(errcode)];
    expect(await api.checkSessionKey(app, openid, sessionKey)).toBe(false);
  });

  it('cannot be judged for an openid of another app', async () => {
    http.answers = [refusal(40003, `invalid openid ${openid}`)];
    expect((await failureOf(api.checkSessionKey(app, openid, sessionKey))).error).toBe('invalid_request');
  });
});

describe('a follower', () => {
  it.each([
    [
      { subscribe: 1, openid, unionid, nickname: '', sex: 0 },
      { subscribed: true, unionid },
    ],
    [
      { subscribe: 1, openid, tagid_list: [] },
      { subscribed: true, unionid: undefined },
    ],
    [
      { subscribe: 1, openid, unionid: '' },
      { subscribed: true, unionid: undefined },
    ],
    [
      { subscribe: 0, openid },
      { subscribed: false, unionid: undefined },
    ],
  ])('is read from %j', async (answer, follower) => {
    http.answers = [answer];
    expect(await api.follower(app, openid)).toStrictEqual(follower);
    expect(http.asked).toEqual([['GET', '/cgi-bin/user/info', { access_token, openid, lang: 'zh_CN' }]]);
  });

  it.each([{ subscribe: 1, openid: unionid }, { openid }, { subscribe: 1 }, { subscribe: 'x', openid }])(
    'is not believed where it is %j',
    async (answer) => {
      http.answers = [answer];
      expect((await failureOf(api.follower(app, openid))).error).toBe('wechat_error');
    },
  );
});

describe('a QR code with a scene', () => {
  const qr = { ticket: 'gQH47joAAAA+/w==', expire_seconds: 120, url: 'http://weixin.qq.com/q/kZgfwMTm72' };

  it('is made as a temporary one', async () => {
    http.answers = [qr];
    expect(await api.createSceneQr(app, 'login_7f3a', 120)).toStrictEqual({
      ticket: qr.ticket,
      url: qr.url,
      expiresInSeconds: 120,
    });
    const action_info = { scene: { scene_str: 'login_7f3a' } };
    expect(http.asked).toEqual([
      [
        'POST',
        '/cgi-bin/qrcode/create',
        { access_token },
        { expire_seconds: 120, action_name: 'QR_STR_SCENE', action_info },
      ],
    ]);
  });

  it.each([
    { ...qr, ticket: '' },
    { ...qr, url: 'javascript:alert(1)' },
    { ...qr, url: 'no url' },
    { ...qr, expire_seconds: 0 },
  ])('is not believed where it is %j', async (answer) => {
    http.answers = [answer];
    expect((await failureOf(api.createSceneQr(app, 's', 120))).error).toBe('wechat_error');
  });
});

describe('a mini-program code', () => {
  it.each([
    ['release', true],
    ['trial', false],
    ['develop', false],
  ] as const)('of version %s needs a published page: %s', async (envVersion, checked) => {
    http.answers = [jpeg];
    const page = 'pages/scan/index';
    expect(await api.miniProgramCode(app, { scene: 'abc', page, envVersion })).toBe(jpeg);
    const body = { scene: 'abc', page, check_path: checked, env_version: envVersion };
    expect(http.asked).toEqual([['POST', '/wxa/getwxacodeunlimit', { access_token }, body]]);
  });

  it('opens the home page where none is named', async () => {
    http.answers = [jpeg];
    await api.miniProgramCode(app, { scene: 'abc', envVersion: 'release' });
    expect(JSON.stringify(http.asked[0]![3])).not.toContain('page');
  });

  it('is not believed without an image', async () => {
    http.answers = [{ errcode: 0, errmsg: 'ok' }];
    const asked = api.miniProgramCode(app, { scene: 'abc', envVersion: 'release' });
    expect((await failureOf(asked)).message).toContain('there is no image');
  });
});
