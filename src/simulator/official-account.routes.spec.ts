import Fastify from 'fastify';
import { simulatedApps } from './apps.js';
import { openidOf, personNamed, virtualPersonOf } from './people.js';
import type { SimulatorOptions } from './simulation.js';
import { simulator } from './simulator.plugin.js';

type App = (typeof simulatedApps)[0];
const [mini, website, account] = simulatedApps as [App, App, App];
const guarded = { ...account, appId: 'wxfa4e0000000000d3', callbackDomain: 'a.example' };
const apps = [mini, website, account, guarded];
const callback = 'redirect_uri=https%3A%2F%2Fa.example%2Fcb';
const silent = `appid=${account.appId}&${callback}&response_type=code&scope=snsapi_base&state=S1`;
const asking = silent.replace('snsapi_base', 'snsapi_userinfo');
const returned = /^https:\/\/a\.example\/cb\?code=([A-Za-z0-9_-]{32})&state=S1$/;

async function start(settings: SimulatorOptions['settings'] = {}) {
  const server = Fastify();
  await server.register(simulator, { prefix: '/simulator', apps, settings });
  const url = (query: string) => `/simulator/connect/oauth2/authorize?${query}`;
  const open = (query: string, headers = {}) => server.inject({ url: url(query), headers });
  const decide = (query: string, form: Record<string, string>, headers = {}) =>
    server.inject({
      method: 'POST',
      url: url(query),
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      payload: new URLSearchParams(form).toString(),
    });
  const exchange = async (location: unknown) => {
    const [, code = ''] = returned.exec(String(location)) ?? [];
    const query = `appid=${account.appId}&secret=${account.appSecret}&code=${code}&grant_type=authorization_code`;
    return (await server.inject(`/simulator/sns/oauth2/access_token?${query}`)).json();
  };
  return { server, open, decide, exchange };
}

describe('the silent consent', () => {
  test('returns at once with a code for the openid alone', async () => {
    const { open, exchange } = await start();
    const answer = await open(silent);
    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toMatch(returned);
    const told = await exchange(answer.headers.location);
    expect(told).toMatchObject({ scope: 'snsapi_base', openid: openidOf(personNamed('ada'), account.appId) });
    expect(told).not.toHaveProperty('unionid');
  });

  test('is that of the person who uses the browser', async () => {
    const { server, open, exchange } = await start();
    const chosen = await server.inject({
      method: 'POST',
      url: '/simulator/connect/person',
      payload: 'person=mei&name=',
    });
    expect(chosen.statusCode).toBe(303);
    const [cookie] = String(chosen.headers['set-cookie']).split(';');
    const shown = await server.inject({ url: '/simulator/connect/person', headers: { cookie } });
    expect(shown.body).toMatch(/<option value="mei" selected>/);
    const answer = await open(silent, { cookie });
    const { openid } = await exchange(answer.headers.location);
    expect(openid).toBe(openidOf(personNamed('mei'), account.appId));
  });

  test('makes no code for a HEAD request', async () => {
    const { server } = await start();
    const answer = await server.inject({
      method: 'HEAD',
      url: `/simulator/connect/oauth2/authorize?${silent}`,
    });
    expect(answer.headers.location).toBeUndefined();
  });
});

describe('the consent page', () => {
  test('asks in the language of the browser', async () => {
    const { open } = await start();
    const chinese = await open(asking);
    expect(chinese.statusCode).toBe(200);
    expect(chinese.body).toMatch(/<button name="decision" value="confirm">\s*同意\s*<\/button>/);
    expect(chinese.body).toMatch(/<button name="decision" value="refuse">\s*拒绝\s*<\/button>/);
    expect((await open(asking, { 'accept-language': 'en' })).body).toContain('Allow');
  });

  test('returns with the code of the person who allowed it, and remembers him', async () => {
    const { decide, exchange } = await start();
    const answer = await decide(asking, { decision: 'confirm', person: 'lei' });
    expect(answer.statusCode).toBe(302);
    expect(await exchange(answer.headers.location)).toMatchObject({
      scope: 'snsapi_userinfo',
      openid: openidOf(personNamed('lei'), account.appId),
      unionid: expect.any(String),
    });
    expect(answer.headers['set-cookie']).toContain('wxsimulator_person=lei;');
  });

  test('stays where it is when the person refuses', async () => {
    const { decide } = await start();
    const answer = await decide(asking, { decision: 'refuse' });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.location).toBeUndefined();
    expect(answer.body).toContain('已拒绝');
  });

  test('returns a refusal with the state alone where the setting says so', async () => {
    const { decide } = await start({ refusalRedirects: true });
    const { headers } = await decide(asking, { decision: 'refuse' });
    expect(headers.location).toBe('https://a.example/cb?state=S1');
  });

  test('may show a snapshot instead, with a virtual person', async () => {
    const { decide, exchange } = await start();
    const { headers } = await decide(asking, { decision: 'snapshot', person: 'ada' });
    const told = await exchange(headers.location);
    expect(told).toMatchObject({
      is_snapshotuser: 1,
      openid: openidOf(virtualPersonOf(personNamed('ada')), account.appId),
    });
  });
});

test.each<[string, string, SimulatorOptions['settings']]>([
  ['forceSnapShot asks for it', `${asking}&forceSnapShot=true`, {}],
  ['the setting says so', asking, { snapshotPages: true }],
])('a snapshot opens without asking where %s', async (_case, query, settings) => {
  const { open, exchange } = await start(settings);
  const answer = await open(query);
  expect(answer.statusCode).toBe(302);
  expect((await exchange(answer.headers.location)).is_snapshotuser).toBe(1);
});

test.each<[string, SimulatorOptions['settings']]>([
  [`${silent}&forceSnapShot=true`, {}],
  [silent, { snapshotPages: true }],
])('a silent consent is never a snapshot: %s %j', async (query, settings) => {
  const { open, exchange } = await start(settings);
  expect(await exchange((await open(query)).headers.location)).not.toHaveProperty('is_snapshotuser');
});

describe('the link', () => {
  test.each([
    ['extras after the state', `${silent}&forcePopup=true&forceSnapShot=false`],
    ['connect_redirect, as some SDKs add', `${silent}&connect_redirect=1`],
    ['a state of 128 characters', silent.replace('S1', 'a'.repeat(128))],
  ])('is opened with %s', async (_case, query) => {
    const { open } = await start();
    expect((await open(query)).statusCode).toBe(302);
  });

  test('is opened without state, which returns empty', async () => {
    const { open } = await start();
    const { headers } = await open(silent.replace('&state=S1', ''));
    expect(headers.location).toMatch(/\?code=[A-Za-z0-9_-]{32}&state=$/);
  });

  const wrongOrder = '链接参数缺失或顺序错误';
  test.each<[string, string, string, number | undefined]>([
    ['no appid', silent.replace(account.appId, ''), 'appid不能为空', 10012],
    ['no redirect_uri', silent.replace(`&${callback}`, ''), 'redirect_uri不能为空', 10011],
    ['no scope', silent.replace('&scope=snsapi_base', ''), 'scope不能为空', 10010],
    ['an empty state', silent.replace('S1', ''), 'state不能为空', 10013],
    ['a third-party platform', `${silent}&component_appid=wx1`, '公众号未授权第三方平台', 10015],
    ['a website’s appid', silent.replace(account.appId, website.appId), '不支持微信开放平台的Appid', 10016],
    [
      'a mini program’s appid',
      silent.replace(account.appId, mini.appId),
      '此公众号并没有这些scope的权限',
      10005,
    ],
    [
      'a website’s scope',
      silent.replace('snsapi_base', 'snsapi_login'),
      '此公众号并没有这些scope的权限',
      10005,
    ],
    [
      'a foreign domain',
      silent.replace(account.appId, guarded.appId).replace('a.example', 'b.example'),
      'redirect_uri域名与后台配置不一致',
      10003,
    ],
    [
      'a sub-domain',
      silent.replace(account.appId, guarded.appId).replace('a.example', 'x.a.example'),
      'redirect_uri域名与后台配置不一致',
      10003,
    ],
    [
      'a script as redirect_uri',
      silent.replace(callback, 'redirect_uri=javascript%3Aalert(1)'),
      'redirect_uri域名与后台配置不一致',
      10003,
    ],
    ['an unknown appid', silent.replace(account.appId, 'wxffffffffffffffff'), 'AppID 参数错误', undefined],
    ['redirect_uri first', `${callback}&${silent.replace(`&${callback}`, '')}`, wrongOrder, undefined],
    [
      'the state before the scope',
      silent.replace('&scope=snsapi_base&state=S1', '&state=S1&scope=snsapi_base'),
      wrongOrder,
      undefined,
    ],
    ['an extra before the state', silent.replace('&state', '&forcePopup=true&state'), wrongOrder, undefined],
    ['an unknown extra', `${silent}&lang=en`, wrongOrder, undefined],
    ['a second state', `${silent}&state=S2`, wrongOrder, undefined],
    ['no response_type', silent.replace('&response_type=code', ''), wrongOrder, undefined],
    ['another response_type', silent.replace('=code', '=token'), 'response_type 参数错误', undefined],
    ['a state with a dash', silent.replace('S1', 'S-1'), 'state 参数错误', undefined],
    ['a state of 129 characters', silent.replace('S1', 'a'.repeat(129)), 'state 参数错误', undefined],
    ['a state with markup', silent.replace('S1', '%3Cscript%3E'), 'state 参数错误', undefined],
  ])('with %s is WeChat’s error page, to open as to decide', async (_case, query, words, number) => {
    const { open, decide } = await start();
    for (const answer of [await open(query), await decide(query, { decision: 'confirm' })]) {
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
      expect(answer.headers.location).toBeUndefined();
      expect(answer.body).toContain(words);
      if (number) expect(answer.body).toContain(`<p>${number}</p>`);
      expect(answer.body).not.toContain('<script');
      expect(answer.body).toContain('href="../assets/style.css"');
    }
  });

  test('asks for WeChat’s own browser where the setting says so', async () => {
    const { open, decide } = await start({ requireWechatBrowser: true });
    expect((await open(silent)).body).toContain('请在微信客户端打开链接');
    expect((await decide(asking, { decision: 'confirm' })).body).toContain('请在微信客户端打开链接');
    const phone = { 'user-agent': 'Mozilla/5.0 (iPhone) MicroMessenger/8.0.50' };
    expect((await open(silent, phone)).statusCode).toBe(302);
  });
});

test('other paths below /connect/ are unknown as everywhere, and faults strike here too', async () => {
  const { server, open } = await start();
  expect((await server.inject('/simulator/connect/nothing')).json().errcode).toBe(40066);
  const payload = { path: '/connect/oauth2/authorize', status: 502, body: 'bad' };
  await server.inject({ method: 'POST', url: '/simulator/control/faults', payload });
  expect((await open(silent)).statusCode).toBe(502);
  expect((await open(silent)).statusCode).toBe(302);
});
