import {
  miniProgram,
  otherMiniProgram,
  wechatSide,
  type WechatSide,
} from '../../test/support/wechat-side.js';
import { simulatedApps } from './apps.js';
import { errmsgs } from './errmsgs.js';
import type { SimulatorSettings } from './settings.js';

const { appId, appSecret } = miniProgram;
const good = { grant_type: 'client_credential', appid: appId, secret: appSecret };
const rid = / rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/;

const endpoints = [
  ['token', (side: WechatSide, sent: object) => side.get('/cgi-bin/token', sent as Record<string, string>)],
  ['stable_token', (side: WechatSide, sent: object) => side.post('/cgi-bin/stable_token', {}, sent)],
] as const;

/** The errcode a token is answered with; undefined where it is good. */
async function verdict(side: WechatSide, token: string): Promise<number | undefined> {
  const asked = { access_token: token, openid: 'o', signature: 's', sig_method: 'none' };
  const { errcode } = await side.get('/wxa/checksession', asked);
  return errcode === 87008 ? undefined : errcode;
}

async function tokenOf(
  side: WechatSide,
  sent: object = {},
): Promise<{ access_token: string; expires_in: number }> {
  return side.post('/cgi-bin/stable_token', {}, { ...good, ...sent });
}

describe.each(endpoints)('the endpoint %s', (_name, ask) => {
  test('answers a token of 7200 seconds and nothing else', async () => {
    const side = await wechatSide();
    expect(await ask(side, good)).toEqual({
      access_token: expect.stringMatching(/^71_[\w-]{133,}$/),
      expires_in: 7200,
    });
  });

  test.each<[number, object]>([
    [41002, { appid: '' }],
    [41004, { secret: '' }],
    [40002, { grant_type: 'authorization_code' }],
    [40013, { appid: 'wxffffffffffffffff' }],
    [40125, { secret: otherMiniProgram.appSecret }],
  ])('answers %d to %j', async (errcode, wrong) => {
    const side = await wechatSide();
    const answer = await ask(side, { ...good, ...wrong });
    expect(answer).toEqual({ errcode, errmsg: expect.stringMatching(rid) });
    expect(answer.errmsg).toContain(errmsgs[errcode]);
  });

  test.each<[number, object]>([
    [40243, { frozen: true }],
    [50007, { banned: true }],
    [40164, { ipWhitelist: ['192.0.2.1'] }],
    [45009, { quotas: { '/cgi-bin/token': { perDay: 0 }, '/cgi-bin/stable_token': { perDay: 0 } } }],
    [45011, { quotas: { '/cgi-bin/token': { perMinute: 0 }, '/cgi-bin/stable_token': { perMinute: 0 } } }],
  ])('answers %d to an app with %j', async (errcode, state) => {
    const side = await wechatSide();
    await side.control('PUT', 'app-states', { appId, ...state });
    expect((await ask(side, good)).errcode).toBe(errcode);
    const { appId: appid, appSecret: secret } = otherMiniProgram;
    expect((await ask(side, { ...good, appid, secret })).errcode).toBeUndefined();
  });

  test.each([-1, 40001, 50004, 89501, 89503, 89506, 89507])(
    'answers %d where it is ordered',
    async (errcode) => {
      const side = await wechatSide();
      await side.control('POST', 'faults', { errcode });
      expect((await ask(side, good)).errcode).toBe(errcode);
      expect((await ask(side, good)).errcode).toBeUndefined();
    },
  );

  test('says which address is not on the whitelist, and takes one that is', async () => {
    const side = await wechatSide();
    await side.control('PUT', 'app-states', { appId, ipWhitelist: ['192.0.2.1'] });
    const { errmsg } = await ask(side, good);
    expect(errmsg).toMatch(/^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist rid: /);
    await side.control('PUT', 'app-states', { appId, ipWhitelist: ['127.0.0.1'] });
    expect((await ask(side, good)).access_token).toBeDefined();
  });

  test.each<[Partial<SimulatorSettings>, object, number]>([
    [{ wrongSecretErrcode: 40001 }, { secret: 'wrong' }, 40001],
    [{ tokenCheckOrder: [40125, 40013, 41002, 41004, 40002, 50007, 40243, 40164] }, { appid: '' }, 40125],
  ])('answers as the settings %j say', async (settings, wrong, errcode) => {
    const side = await wechatSide(settings);
    expect((await ask(side, { ...good, ...wrong })).errcode).toBe(errcode);
  });
});

test('another errcode for a foreign address is a setting', async () => {
  const side = await wechatSide({ foreignAddressErrcode: 61004 });
  await side.control('PUT', 'app-states', { appId, ipWhitelist: [] });
  expect((await tokenOf(side)) as object).toMatchObject({ errcode: 61004 });
});

test.each([
  ['GET', '/cgi-bin/stable_token', 43002],
  ['POST', '/cgi-bin/token', 43001],
] as const)('%s %s is answered with %d', async (method, path, errcode) => {
  const { inject } = await wechatSide();
  expect((await inject(method, path)).json().errcode).toBe(errcode);
});

test.each([
  ['nothing', '', 44002],
  ['a form', 'grant_type=client_credential', 47001],
  ['a list', '[]', 47001],
])('stable_token answers %s with errcode', async (_case, body, errcode) => {
  const { inject } = await wechatSide();
  expect((await inject('POST', '/cgi-bin/stable_token', body)).json().errcode).toBe(errcode);
});

describe('a plain token', () => {
  test('is new at each call; the one before serves for five minutes more', async () => {
    const side = await wechatSide();
    const [first, second] = [await side.token(), await side.token()];
    expect(second).not.toBe(first);
    side.pass(299);
    expect(await verdict(side, first)).toBeUndefined();
    side.pass(1);
    expect([await verdict(side, first), await verdict(side, second)]).toEqual([40001, undefined]);
  });

  test('expires after 7200 seconds', async () => {
    const side = await wechatSide();
    const token = await side.token();
    side.pass(7199);
    expect(await verdict(side, token)).toBeUndefined();
    side.pass(1);
    expect(await verdict(side, token)).toBe(42001);
  });

  test('that expired is forgotten a day later', async () => {
    const side = await wechatSide();
    const token = await side.token();
    side.pass(7200 + 24 * 3600);
    expect(await verdict(side, token)).toBe(42001);
    await side.token(otherMiniProgram);
    expect(await verdict(side, token)).toBe(40001);
  });

  test('and a stable one know nothing of each other', async () => {
    const side = await wechatSide();
    const [plain, { access_token: stable }] = [await side.token(), await tokenOf(side)];
    await side.token();
    side.pass(400);
    expect([await verdict(side, plain), await verdict(side, stable)]).toEqual([40001, undefined]);
    const later = await side.token();
    await tokenOf(side, { force_refresh: true });
    expect([await verdict(side, stable), await verdict(side, later)]).toEqual([40001, undefined]);
  });

  test('is given two thousand times a day in Beijing', async () => {
    const side = await wechatSide();
    for (let i = 0; i < 2000; i++) await side.token();
    expect((await side.get('/cgi-bin/token', good)).errcode).toBe(45009);
    side.clock.now = Date.UTC(2026, 0, 15, 15, 59, 59);
    expect((await side.get('/cgi-bin/token', good)).errcode).toBe(45009);
    side.clock.now = Date.UTC(2026, 0, 15, 16);
    expect((await side.get('/cgi-bin/token', good)).access_token).toBeDefined();
  });

  test('is given anew each day at the hour that the setting says', async () => {
    const quotas = { '/cgi-bin/token': { perDay: 1 } };
    const side = await wechatSide({ quotas, quotaResetHour: 1 });
    await side.token();
    side.clock.now = Date.UTC(2026, 0, 15, 16, 59, 59);
    expect((await side.get('/cgi-bin/token', good)).errcode).toBe(45009);
    side.clock.now = Date.UTC(2026, 0, 15, 17);
    expect((await side.get('/cgi-bin/token', good)).access_token).toBeDefined();
  });
});

describe('a stable token', () => {
  test('stays the same, with the seconds that remain', async () => {
    const side = await wechatSide();
    const { access_token } = await tokenOf(side);
    side.pass(6855);
    expect(await tokenOf(side)).toEqual({ access_token, expires_in: 345 });
  });

  test('is renewed in its last five minutes, in which the old one still serves', async () => {
    const side = await wechatSide();
    const old = await tokenOf(side);
    side.pass(6900);
    const renewed = await tokenOf(side);
    expect(renewed).toEqual({ access_token: expect.not.stringMatching(old.access_token), expires_in: 7200 });
    side.pass(299);
    expect(await verdict(side, old.access_token)).toBeUndefined();
    side.pass(1);
    expect(await verdict(side, old.access_token)).toBe(40001);
    expect(await verdict(side, renewed.access_token)).toBeUndefined();
  });

  test('that is forced is new and ends the one before at once', async () => {
    const side = await wechatSide();
    const old = await tokenOf(side);
    const forced = await tokenOf(side, { force_refresh: true });
    expect(forced.access_token).not.toBe(old.access_token);
    expect(await verdict(side, old.access_token)).toBe(40001);
    expect(await verdict(side, forced.access_token)).toBeUndefined();
  });

  test('is not forced again within thirty seconds', async () => {
    const side = await wechatSide();
    const forced = await tokenOf(side, { force_refresh: true });
    side.pass(29);
    expect(await tokenOf(side, { force_refresh: true })).toEqual({ ...forced, expires_in: 7171 });
    side.pass(1);
    expect((await tokenOf(side, { force_refresh: true })).access_token).not.toBe(forced.access_token);
  });

  test('that is forced too early is refused where the setting says so', async () => {
    const side = await wechatSide({ earlyForcedRefresh: 45011 });
    await tokenOf(side, { force_refresh: true });
    expect(await tokenOf(side, { force_refresh: true })).toMatchObject({ errcode: 45011 });
  });

  test('is forced twenty times a day', async () => {
    const side = await wechatSide();
    const tokens = new Set<string>();
    for (let i = 0; i < 20; i++) {
      tokens.add((await tokenOf(side, { force_refresh: true })).access_token);
      side.pass(30);
    }
    expect(tokens.size).toBe(20);
    expect(await tokenOf(side, { force_refresh: true })).toMatchObject({ errcode: 45009 });
    expect((await tokenOf(side)).access_token).toBeDefined();
  });

  test('is given so many times a minute', async () => {
    const side = await wechatSide({ quotas: { '/cgi-bin/stable_token': { perMinute: 2 } } });
    await tokenOf(side);
    await tokenOf(side);
    expect(await tokenOf(side)).toMatchObject({ errcode: 45011 });
    side.pass(60);
    expect((await tokenOf(side)).access_token).toBeDefined();
  });
});

describe('a call with a token', () => {
  test.each([
    ['', 41001],
    ['nonsense', 40014],
    [`71_${'x'.repeat(140)}`, 40001],
  ])('"%s" is refused', async (token, errcode) => {
    expect(await verdict(await wechatSide(), token)).toBe(errcode);
  });

  test('that is unknown is told where to get a better one', async () => {
    const { inject } = await wechatSide();
    const answer = await inject('GET', `/wxa/checksession?access_token=71_${'x'.repeat(140)}`);
    expect(answer.headers['content-type']).toBe('application/json; encoding=utf-8');
    expect(answer.json().errmsg).toMatch(
      /^invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken, more details at https:\/\/mmbizurl\.cn\/s\/JtxxFh33r rid: /,
    );
  });

  test('of a banned app is refused', async () => {
    const side = await wechatSide();
    const token = await side.token();
    await side.control('PUT', 'app-states', { appId, banned: true });
    expect(await verdict(side, token)).toBe(50007);
    await side.control('PUT', 'app-states', { appId, banned: false });
    expect(await verdict(side, token)).toBeUndefined();
  });

  test.each([
    ['GET', '/wxa/checksession', 'official-account'],
    ['GET', '/wxa/resetusersessionkey', 'official-account'],
    ['POST', '/wxa/business/getuserphonenumber', 'official-account'],
    ['POST', '/wxa/business/checkencryptedmsg', 'official-account'],
    ['POST', '/wxa/getwxacodeunlimit', 'official-account'],
    ['GET', '/cgi-bin/user/info', 'mini-program'],
    ['POST', '/cgi-bin/qrcode/create', 'mini-program'],
  ] as const)('%s %s is refused to an app of another kind, %s', async (method, path, kind) => {
    const side = await wechatSide();
    const token = await side.token(simulatedApps.find((app) => app.kind === kind));
    const answer = await side.inject(
      method,
      `${path}?access_token=${token}`,
      method === 'POST' ? {} : undefined,
    );
    expect(answer.json().errcode).toBe(48001);
    expect((await side.inject(method, path)).json().errcode).toBe(41001);
  });

  test('meets the faults that wait for its path', async () => {
    const side = await wechatSide();
    const token = await side.token();
    await side.control('POST', 'faults', { errcode: 42001, path: '/cgi-bin/user/info' });
    expect(await verdict(side, token)).toBeUndefined();
    expect((await side.get('/cgi-bin/user/info', { access_token: token })).errcode).toBe(42001);
  });
});

describe('the record of calls', () => {
  test('holds what was posted, with the secret blanked and tokens cut', async () => {
    const side = await wechatSide();
    const { access_token } = await tokenOf(side);
    await side.get('/wxa/checksession', { access_token });
    const { calls } = await side.control('GET', 'calls');
    expect(calls[0].body).toEqual({ ...good, secret: '***' });
    expect(calls[0].answer.body).toContain(`"access_token":"${access_token.slice(0, 8)}…"`);
    expect(calls[1].query).toEqual({ access_token: `${access_token.slice(0, 8)}…` });
    expect(calls[1]).not.toHaveProperty('body');
    expect(JSON.stringify(calls)).not.toContain(appSecret);
    expect(JSON.stringify(calls)).not.toContain(access_token);
  });

  test('holds only the length of what is no JSON', async () => {
    const { inject, control } = await wechatSide();
    await inject('POST', '/cgi-bin/stable_token', `secret=${appSecret}`);
    const [call] = (await control('GET', 'calls')).calls;
    expect(call.body).toBe('no JSON object, 39 characters');
  });
});

test('settings that leave a check of the token endpoints out are refused', async () => {
  await expect(wechatSide({ tokenCheckOrder: [41002] })).rejects.toThrow('40125');
});

test.each([
  [{ appId: 'wxffffffffffffffff', frozen: true }, 'unknown_app'],
  [{ appId, frozen: 'yes' }, 'invalid_request'],
  [{ appId, quotas: { token: {} } }, 'invalid_request'],
])('the state of an app is not changed by %j', async (change, error) => {
  const { control } = await wechatSide();
  expect(await control('PUT', 'app-states', change)).toMatchObject({ error });
});
