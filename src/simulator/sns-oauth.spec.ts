import Fastify from 'fastify';
import { simulatedApps } from './apps.js';
import { openidOf, personNamed, unionidOf, virtualPersonOf } from './people.js';
import type { SimulatorOptions } from './simulation.js';
import { simulator } from './simulator.plugin.js';

type App = (typeof simulatedApps)[0];
const [mini, website, account, mobile] = simulatedApps as [App, App, App, App];
const unbound = { ...account, appId: 'wxfa4e0000000000b3', openPlatform: null };
const otherWebsite = { ...website, appId: 'wxfa4e0000000000b2' };
const apps = [mini, website, account, mobile, unbound, otherWebsite];
const begin = 1_700_000_000_000;
const day = 24 * 60 * 60 * 1000;
const rid = '[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}';
const ada = personNamed('ada');

type Query = Record<string, string | undefined>;

async function start(options: SimulatorOptions = {}) {
  const server = Fastify();
  const clock = { now: begin };
  await server.register(simulator, { prefix: '/simulator', apps, now: () => clock.now, ...options });

  async function mint({ kind, appId }: App, body: object = {}) {
    const payload = { kind, appId, ...body };
    const answer = await server.inject({ method: 'POST', url: '/simulator/control/codes', payload });
    return answer.json<{ code: string }>().code;
  }

  async function get(path: string, query: Query) {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await server.inject(`/simulator/sns/${path}?${new URLSearchParams(given).toString()}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain');
    return answer;
  }

  const ask = async (path: string, query: Query) => (await get(path, query)).json();

  const exchange = ({ appId, appSecret }: App, code: string, changes: Query = {}) =>
    ask('oauth2/access_token', {
      appid: appId,
      secret: appSecret,
      code,
      grant_type: 'authorization_code',
      ...changes,
    });

  const login = async (app: App, body: object = {}) => exchange(app, await mint(app, body));

  const refresh = ({ appId }: App, token: string, changes: Query = {}) =>
    ask('oauth2/refresh_token', {
      appid: appId,
      grant_type: 'refresh_token',
      refresh_token: token,
      ...changes,
    });

  return { clock, mint, get, ask, exchange, login, refresh };
}

function expectRefusal(answer: object, errcode: number, words: string) {
  expect(answer).toEqual({ errcode, errmsg: expect.stringMatching(new RegExp(`^${words}, rid: ${rid}$`)) });
}

describe('exchanging a code', () => {
  test('answers exactly the fields of WeChat’s sample, in their order', async () => {
    const { login } = await start();
    const answer = await login(website);
    expect(Object.keys(answer)).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'openid',
      'scope',
      'unionid',
    ]);
    expect(answer).toEqual({
      access_token: expect.stringMatching(/^71_[A-Za-z0-9_-]{120}$/),
      expires_in: 7200,
      refresh_token: expect.stringMatching(/^71_[A-Za-z0-9_-]{120}$/),
      openid: openidOf(ada, website.appId),
      scope: 'snsapi_login',
      unionid: unionidOf(ada, 'simulated'),
    });
    expect(answer.refresh_token).not.toBe(answer.access_token);
  });

  test.each<[string, App, object, string, boolean]>([
    ['a website', website, {}, 'snsapi_login', true],
    ['a mobile app', mobile, {}, 'snsapi_userinfo', true],
    ['an official account, silently', account, {}, 'snsapi_base', false],
    ['an official account with consent', account, { scope: 'snsapi_userinfo' }, 'snsapi_userinfo', true],
    ['an unbound account with consent', unbound, { scope: 'snsapi_userinfo' }, 'snsapi_userinfo', false],
    ['a website, for a person without unionid', website, { unionid: false }, 'snsapi_login', false],
  ])(
    'by %s has its scope, and a unionid only where WeChat gives one',
    async (_case, app, body, scope, has) => {
      const { login } = await start();
      const answer = await login(app, body);
      expect(answer.scope).toBe(scope);
      expect('unionid' in answer).toBe(has);
      expect(answer).not.toHaveProperty('is_snapshotuser');
      expect(answer).not.toHaveProperty('errcode');
    },
  );

  test('of a snapshot page names a virtual person and says so', async () => {
    const { login } = await start();
    const answer = await login(account, { scope: 'snsapi_userinfo', snapshot: true });
    expect(answer.is_snapshotuser).toBe(1);
    expect(answer.openid).toBe(openidOf(virtualPersonOf(ada), account.appId));
    expect(answer.unionid).toBe(unionidOf(virtualPersonOf(ada), 'simulated'));
  });

  test('ends the scope in a comma where the setting says so', async () => {
    const { login } = await start({ settings: { trailingScopeComma: true } });
    expect((await login(mobile)).scope).toBe('snsapi_userinfo,');
  });

  test('of fifty at once succeeds exactly once', async () => {
    const { mint, exchange } = await start();
    const code = await mint(website);
    const answers = await Promise.all(Array.from({ length: 50 }, () => exchange(website, code)));
    expect(answers.filter(({ access_token: token }) => token !== undefined)).toHaveLength(1);
    expect(answers.filter(({ errcode }) => errcode === 40163)).toHaveLength(49);
  });

  test.each([
    ['a website', website, 600],
    ['an official account', account, 300],
    ['a mobile app', mobile, 600],
  ])('of %s fails after %s seconds', async (_case, app, seconds) => {
    const { clock, mint, exchange } = await start();
    const [early, late] = [await mint(app), await mint(app)];
    clock.now += seconds * 1000 - 1;
    expect(await exchange(app, early)).toHaveProperty('openid');
    clock.now += 1;
    expectRefusal(await exchange(app, late), 40029, 'invalid code');
  });

  test('with everything wrong hears of one fault after the other, in WeChat’s order', async () => {
    const { mint, exchange, ask } = await start();
    const used = await mint(website);
    await exchange(website, used);
    const wrong = { appid: '', secret: '', code: '', grant_type: '' };
    const mended = [
      {},
      { appid: 'wxffffffffffffffff' },
      { secret: 'f'.repeat(32) },
      { appid: website.appId },
      { secret: website.appSecret },
      { grant_type: 'authorization_code' },
      { code: 'x'.repeat(32) },
      { code: used },
    ];
    const errcodes = [];
    for (const mend of mended) {
      errcodes.push((await ask('oauth2/access_token', Object.assign(wrong, mend))).errcode);
    }
    expect(errcodes).toEqual([41002, 41004, 40013, 40125, 40002, 41008, 40029, 40163]);
  });

  test('of a mini program, or of another app, is refused', async () => {
    const { mint, exchange } = await start();
    expectRefusal(await exchange(mini, await mint(mini)), 40029, 'invalid code');
    expectRefusal(await exchange(website, await mint(account)), 40029, 'invalid code');
    expectRefusal(await exchange(website, await mint(otherWebsite)), 40029, 'invalid code');
  });
});

describe('refreshing', () => {
  test('needs no secret and keeps a living access token, for two hours from now', async () => {
    const { clock, login, refresh, ask } = await start();
    const { unionid: _none, ...tokens } = await login(website);
    clock.now += 7_199_999;
    expect(await refresh(website, tokens.refresh_token)).toEqual(tokens);
    clock.now += 7_199_999;
    expect(await ask('auth', tokens)).toEqual({ errcode: 0, errmsg: 'ok' });
  });

  test('replaces an expired access token, and only that', async () => {
    const { clock, login, refresh, ask } = await start();
    const tokens = await login(website);
    clock.now += 7_200_000;
    const fresh = await refresh(website, tokens.refresh_token);
    expect(fresh).toMatchObject({ refresh_token: tokens.refresh_token, openid: tokens.openid });
    expect(fresh.access_token).not.toBe(tokens.access_token);
    expect((await ask('auth', fresh)).errcode).toBe(0);
    expect((await ask('auth', tokens)).errcode).toBe(40001);
  });

  test.each([
    ['a website', website, 30],
    ['an official account', account, 30],
    ['a mobile app', mobile, 180],
  ])('ends for %s after %s days', async (_case, app, days) => {
    const { clock, login, refresh } = await start();
    const { refresh_token: token } = await login(app, app === account ? { scope: 'snsapi_userinfo' } : {});
    clock.now += days * day - 1;
    expect(await refresh(app, token)).toHaveProperty('access_token');
    clock.now += 1;
    expectRefusal(await refresh(app, token), 42002, 'refresh_token expired');
  });

  test.each<[string, Query, number, string]>([
    ['without appid', { appid: undefined }, 41002, 'appid missing'],
    ['with an unknown appid', { appid: 'wxffffffffffffffff' }, 40013, 'invalid appid'],
    ['with another grant_type', { grant_type: 'authorization_code' }, 40002, 'invalid grant_type'],
    ['without token', { refresh_token: '' }, 41003, '缺少 refresh_token'],
    ['with an invented token', { refresh_token: '71_x' }, 40030, 'invalid refresh_token'],
    ['with the token of another app', { appid: otherWebsite.appId }, 40030, 'invalid refresh_token'],
  ])('%s is refused', async (_case, changes, errcode, words) => {
    const { login, refresh } = await start();
    const { refresh_token: token } = await login(website);
    expectRefusal(await refresh(website, token, changes), errcode, words);
  });

  test('with an access token is refused', async () => {
    const { login, refresh } = await start();
    const { access_token: token } = await login(website);
    expectRefusal(await refresh(website, token), 40030, 'invalid refresh_token');
  });
});

describe.each(['auth', 'userinfo'])('%s', (path) => {
  test.each<[string, Query, number, string]>([
    ['without token', { access_token: undefined }, 41001, 'access_token missing'],
    ['without openid', { openid: undefined }, 41009, '缺少 openid'],
    [
      'with an invented token',
      { access_token: '71_x' },
      40001,
      'invalid credential, access_token is invalid or not latest',
    ],
    ['with the openid of somebody else', { openid: 'oSomebodyElse' }, 40003, 'invalid openid'],
  ])('%s is refused', async (_case, changes, errcode, words) => {
    const { login, ask } = await start();
    const { access_token, openid } = await login(website);
    expectRefusal(await ask(path, { access_token, openid, ...changes }), errcode, words);
  });

  test('with a token of two hours ago is refused', async () => {
    const { clock, login, ask } = await start();
    const { access_token, openid } = await login(website);
    clock.now += 7_199_999;
    expect((await ask(path, { access_token, openid })).errcode ?? 0).toBe(0);
    clock.now += 1;
    expectRefusal(await ask(path, { access_token, openid }), 42001, 'access_token expired');
  });
});

describe('the profile', () => {
  async function profileOf(app: App, body: object, lang?: string) {
    const { login, get } = await start();
    const { access_token, openid } = await login(app, body);
    return (await get('userinfo', { access_token, openid, lang })).body;
  }

  test('is written as WeChat’s sample, byte for byte', async () => {
    const openid = openidOf(personNamed('ming'), website.appId);
    const avatar = personNamed('ming').avatar.replaceAll('/', '\\/');
    expect(await profileOf(website, { person: 'ming' }, 'zh_CN')).toBe(
      `{"openid":"${openid}","nickname":"小明😀","sex":0,"language":"","city":"","province":"","country":"",` +
        `"headimgurl":"${avatar}","privilege":[],"unionid":"${unionidOf(personNamed('ming'), 'simulated')}"}`,
    );
    expect(avatar).toMatch(/^https:\\\/\\\/thirdwx\.qlogo\.cn\\\/mmopen\\\/vi_32\\\//);
  });

  test.each([
    [website, undefined, 'Ming😀'],
    [website, 'en', 'Ming😀'],
    [website, 'zh_TW', '小明😀'],
    [mobile, undefined, '小明😀'],
    [mobile, 'en', 'Ming😀'],
  ])('of $kind in %s', async (app, lang, nickname) => {
    expect(JSON.parse(await profileOf(app, { person: 'ming' }, lang)).nickname).toBe(nickname);
  });

  test('has no unionid where there is none, and an empty headimgurl where there is no avatar', async () => {
    const profile = JSON.parse(await profileOf(website, { person: 'faceless', unionid: false }));
    expect(profile).not.toHaveProperty('unionid');
    expect(profile.headimgurl).toBe('');
  });

  test('of a snapshot is that of nobody, and does not say that it is one', async () => {
    const body = { scope: 'snsapi_userinfo', snapshot: true };
    const profile = JSON.parse(await profileOf(account, body));
    expect(profile).toMatchObject({ nickname: '微信用户', headimgurl: personNamed('grey').avatar });
    expect(profile).not.toHaveProperty('is_snapshotuser');
  });

  test('is not for those who have the openid only', async () => {
    expect(JSON.parse(await profileOf(account, {}))).toEqual({
      errcode: 48001,
      errmsg: expect.stringMatching(/^api unauthorized, rid: /),
    });
  });
});
