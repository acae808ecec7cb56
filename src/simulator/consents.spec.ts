import Fastify from 'fastify';
import { simulatedApps } from './apps.js';
import { openidOf, personNamed } from './people.js';
import type { SimulatorOptions } from './simulation.js';
import { simulator } from './simulator.plugin.js';

type App = (typeof simulatedApps)[0];
const [, website, account] = simulatedApps as [App, App, App];
const callback = 'redirect_uri=https%3A%2F%2Fa.example%2Fcb';
const scan = `https://open.weixin.qq.com/connect/qrconnect?appid=${website.appId}&${callback}&response_type=code&scope=snsapi_login&state=S1#wechat_redirect`;
const silent = `http://127.0.0.1:3000/simulator/connect/oauth2/authorize?appid=${account.appId}&${callback}&response_type=code&scope=snsapi_base&state=S1#wechat_redirect`;
const asking = silent.replace('snsapi_base', 'snsapi_userinfo');
const returned = /^https:\/\/a\.example\/cb\?code=([A-Za-z0-9_-]{32})&state=S1$/;

async function start(settings: SimulatorOptions['settings'] = {}) {
  const server = Fastify();
  await server.register(simulator, { prefix: '/simulator', settings });
  const decide = async (payload: object) => {
    const answer = await server.inject({ method: 'POST', url: '/simulator/control/consents', payload });
    return { status: answer.statusCode, ...answer.json() };
  };
  const exchange = async ({ appId, appSecret }: App, redirectTo: string) => {
    const [, code = ''] = returned.exec(redirectTo) ?? [];
    const query = `appid=${appId}&secret=${appSecret}&code=${code}&grant_type=authorization_code`;
    return (await server.inject(`/simulator/sns/oauth2/access_token?${query}`)).json();
  };
  return { decide, exchange };
}

test.each([
  ['a website', website, scan],
  ['an official account, silently', account, silent],
  ['an official account', account, asking],
])('a person consents to %s, and the callback carries his code', async (_case, app, url) => {
  const { decide, exchange } = await start();
  const { status, redirectTo } = await decide({ url, person: 'zoe' });
  expect(status).toBe(200);
  expect(redirectTo).toMatch(returned);
  expect((await exchange(app, redirectTo)).openid).toBe(openidOf(personNamed('zoe'), app.appId));
});

test('a person may keep the unionid to himself, and is the default one where none is named', async () => {
  const { decide, exchange } = await start();
  const told = await exchange(website, (await decide({ url: scan, unionid: false })).redirectTo);
  expect(told.openid).toBe(openidOf(personNamed('ada'), website.appId));
  expect(told).not.toHaveProperty('unionid');
});

test('a snapshot comes where it is ordered, and where the link or the setting calls for it', async () => {
  const isSnapshot = async (order: object, settings = {}) => {
    const { decide, exchange } = await start(settings);
    return (await exchange(account, (await decide(order)).redirectTo)).is_snapshotuser;
  };
  const forced = asking.replace('#', '&forceSnapShot=true#');
  expect(await isSnapshot({ url: asking, snapshot: true })).toBe(1);
  expect(await isSnapshot({ url: forced })).toBe(1);
  expect(await isSnapshot({ url: asking }, { snapshotPages: true })).toBe(1);
  expect(await isSnapshot({ url: forced, snapshot: false })).toBeUndefined();
  expect(await isSnapshot({ url: asking })).toBeUndefined();
});

test('a refusal leads nowhere, or back with the state alone where the setting says so', async () => {
  const order = { url: scan, decision: 'refuse' };
  expect(await (await start()).decide(order)).toEqual({ status: 200, redirectTo: null });
  const redirecting = await start({ refusalRedirects: true });
  expect((await redirecting.decide(order)).redirectTo).toBe('https://a.example/cb?state=S1');
});

test.each([
  ['a foreign scope', scan.replace('snsapi_login', 'snsapi_base'), 'url: Scope 参数错误或没有 Scope 权限'],
  [
    'a script as redirect_uri',
    scan.replace(callback, 'redirect_uri=javascript:x'),
    'url: redirect_uri 参数错误',
  ],
  ['no scope', silent.replace('snsapi_base', ''), 'url: 10010 scope不能为空'],
  [
    'a wrong order',
    silent.replace(/appid=(\w+)&(redirect_uri=[^&]+)/, '$2&appid=$1'),
    'url: 链接参数缺失或顺序错误',
  ],
  ['no fragment', silent.replace('#wechat_redirect', ''), 'url: 链接缺少 #wechat_redirect'],
])('a link with %s is a 400 with the words of WeChat’s page', async (_case, url, message) => {
  const { decide } = await start();
  expect(await decide({ url })).toEqual({ status: 400, error: 'wechat_page', message });
});

test.each<[string, object, string]>([
  ['no url', {}, 'url'],
  ['half a url', { url: '/connect/qrconnect' }, 'url'],
  ['a script', { url: 'javascript:alert(1)' }, 'url'],
  ['another page', { url: 'https://open.weixin.qq.com/connect/app/qrconnect' }, 'url: neither'],
  ['an unknown decision', { url: scan, decision: 'maybe' }, 'decision'],
  ['a snapshot of a website', { url: scan, snapshot: true }, 'snapshot'],
  ['a silent snapshot', { url: silent, snapshot: true }, 'snapshot'],
])('an order with %s is a 400 that says so', async (_case, order, words) => {
  const { decide } = await start();
  expect(await decide(order)).toEqual({
    status: 400,
    error: 'invalid_request',
    message: expect.stringContaining(words),
  });
});
