import Fastify from 'fastify';
import { runInNewContext, Script } from 'node:vm';
import { simulatedApps } from './apps.js';
import { openidOf, personNamed } from './people.js';
import type { SimulatorOptions } from './simulation.js';
import { simulator } from './simulator.plugin.js';

type App = (typeof simulatedApps)[0];
const [mini, website, account] = simulatedApps as [App, App, App];
const guarded = {
  ...website,
  appId: 'wxfa4e0000000000c2',
  name: '<b>"Shop"</b>',
  callbackDomain: 'a.example',
};
const apps = [mini, website, account, guarded];
const good = {
  appid: website.appId,
  redirect_uri: 'https://a.example/cb',
  response_type: 'code',
  scope: 'snsapi_login',
  state: 'S1',
};

type Query = Record<string, string | undefined>;

async function start(settings: SimulatorOptions['settings'] = {}) {
  const server = Fastify({ forceCloseConnections: true });
  const clock = { now: 1_700_000_000_000 };
  await server.register(simulator, {
    prefix: '/simulator',
    apps,
    now: () => clock.now,
    settings: { qrHoldSeconds: 0.02, ...settings },
  });
  const urlOf = (path: string, query: Query) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    return `/simulator/connect/${path}?${new URLSearchParams(given).toString()}`;
  };
  const page = (changes: Query = {}, headers = {}) =>
    server.inject({ url: urlOf('qrconnect', { ...good, ...changes }), headers });
  const open = async (changes: Query = {}) => {
    const [, uuid = ''] = /data-uuid="([^"]+)"/.exec((await page(changes)).body) ?? [];
    return uuid;
  };
  const phone = (uuid: string, headers = {}) => server.inject({ url: urlOf('confirm', { uuid }), headers });
  const act = (uuid: string, form: Record<string, string>) =>
    server.inject({
      method: 'POST',
      url: urlOf('confirm', { uuid }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(form).toString(),
    });
  const poll = (uuid: string, query: Query = {}) => server.inject(urlOf('l/qrconnect', { uuid, ...query }));
  const errcode = async (uuid: string, last?: string) =>
    (await poll(uuid, { last, f: 'json' })).json<{ wx_errcode: number; wx_code?: string }>().wx_errcode;
  const confirmed = async (uuid: string, person: string) => {
    await act(uuid, { decision: 'scan', person });
    await act(uuid, { decision: 'confirm' });
    return (await poll(uuid, { f: 'json' })).json<{ wx_code: string }>().wx_code;
  };
  return { server, clock, page, open, phone, act, poll, errcode, confirmed };
}

describe('the page on the computer', () => {
  test('shows the app, what the QR code says, and the phone that scans it', async () => {
    const { page } = await start();
    const answer = await page();
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toContain('模拟网站应用');
    expect(answer.body).toMatch(/<a id="qr" href="confirm\?uuid=[A-Za-z0-9_-]{16}"/);
    expect(answer.body).toMatch(/<iframe\s+src="confirm\?uuid=[A-Za-z0-9_-]{16}&amp;lang=zh-CN"/);
  });

  test('shows the QR code as an image that says the address of the phone', async () => {
    const { server, open, page } = await start();
    const uuid = await open();
    expect((await page()).body).toMatch(/<img\s+class="js_qrcode_img"\s+src="qrcode\/[\w-]{16}"/);
    const headers = { host: 'wechat.example:8080' };
    const image = await server.inject({ url: `/simulator/connect/qrcode/${uuid}`, headers });
    expect([image.statusCode, image.headers['content-type']]).toEqual([200, 'image/jpeg']);
    expect(image.body).toContain(`http://wechat.example:8080/simulator/connect/confirm?uuid=${uuid}`);
    expect((await server.inject('/simulator/connect/qrcode/unknown')).statusCode).toBe(404);
  });

  test('takes the parameters in any order', async () => {
    const { open } = await start();
    const reversed = Object.fromEntries(Object.entries(good).reverse());
    expect(
      await open({ ...Object.fromEntries(Object.keys(good).map((key) => [key, undefined])), ...reversed }),
    ).toHaveLength(16);
  });

  test.each([
    [{}, {}, 'zh-CN'],
    [{ lang: 'cn' }, { 'accept-language': 'en' }, 'zh-CN'],
    [{ lang: 'en' }, { 'accept-language': 'zh' }, 'en'],
    [{}, { 'accept-language': 'en-GB,zh;q=0.5' }, 'en'],
    [{}, { 'accept-language': 'fr' }, 'zh-CN'],
  ])('with %j and %j is in %s', async (query, headers, language) => {
    const { page } = await start();
    expect((await page(query, headers)).body).toContain(`<html lang="${language}">`);
  });

  test('runs no script but its own, and shows no state and no redirect_uri', async () => {
    const { page, server } = await start();
    const state = `"><script>alert(1)</script>`;
    const answer = await page({
      appid: guarded.appId,
      state,
      redirect_uri: `https://a.example/'"><script>x`,
    });
    expect(answer.body).toContain('&lt;b&gt;&quot;Shop&quot;&lt;/b&gt;');
    expect(answer.body.match(/<script/g)).toHaveLength(1);
    expect(answer.headers['content-security-policy']).toContain("script-src 'self';");
    const [, script] = /<script src="([^"]+)"/.exec(answer.body) ?? [];
    const poll = await server.inject(`/simulator/connect/${script}`);
    expect(poll.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(() => new Script(poll.body)).not.toThrow();
  });

  test.each<[string, Query, string]>([
    ['no appid', { appid: undefined }, 'AppID 参数错误'],
    ['an unknown appid', { appid: '<script>' }, 'AppID 参数错误'],
    ['no redirect_uri', { redirect_uri: undefined }, 'redirect_uri 参数错误'],
    ['a script as redirect_uri', { redirect_uri: 'javascript:alert(1)' }, 'redirect_uri 参数错误'],
    [
      'a foreign callback domain',
      { appid: guarded.appId, redirect_uri: 'https://b.example/' },
      'redirect_uri 参数错误',
    ],
    ['another scope', { scope: 'snsapi_userinfo' }, 'Scope 参数错误或没有 Scope 权限'],
    ['the appid of an official account', { appid: account.appId }, 'Scope 参数错误或没有 Scope 权限'],
    ['no response_type', { response_type: undefined }, 'response_type 参数错误'],
    ['another response_type', { response_type: 'token' }, 'response_type 参数错误'],
  ])('with %s is WeChat’s error page', async (_case, changes, words) => {
    const { page } = await start();
    const answer = await page(changes);
    expect(answer.headers['content-type']).toContain('text/html');
    expect(answer.body).toContain('该链接无法访问');
    expect(answer.body).toContain(words);
    expect(answer.body).not.toContain('<script');
  });

  test('needs no response_type where wxLogin.js asks', async () => {
    const { open } = await start();
    expect(await open({ response_type: undefined, login_type: 'jssdk' })).toHaveLength(16);
  });
});

describe('the long poll', () => {
  test('says in JavaScript that nothing has happened, after holding the request', async () => {
    const { open, poll } = await start({ qrHoldSeconds: 0.15 });
    const begin = performance.now();
    const answer = await poll(await open());
    expect(performance.now() - begin).toBeGreaterThanOrEqual(140);
    expect(answer.headers['content-type']).toBe('text/javascript');
    expect(answer.body).toBe("window.wx_errcode=408;window.wx_code='';");
  });

  test('tells of scan, cancellation, second scan and confirmation, each once', async () => {
    const { open, act, poll, errcode } = await start();
    const uuid = await open();
    await act(uuid, { decision: 'scan', person: 'ada' });
    expect([await errcode(uuid), await errcode(uuid, '404')]).toEqual([404, 408]);
    await act(uuid, { decision: 'cancel' });
    expect([await errcode(uuid, '404'), await errcode(uuid, '403')]).toEqual([403, 408]);
    await act(uuid, { decision: 'scan', person: 'ada' });
    expect(await errcode(uuid, '403')).toBe(404);
    await act(uuid, { decision: 'confirm' });
    const answer = await poll(uuid, { last: '404' });
    expect(answer.body).toMatch(/^window\.wx_errcode=405;window\.wx_code='[A-Za-z0-9_-]{32}';$/);
  });

  test('answers a waiting request as soon as the person moves', async () => {
    const { open, act, errcode } = await start({ qrHoldSeconds: 20 });
    const uuid = await open();
    const begin = performance.now();
    const waiting = [errcode(uuid), errcode(uuid), errcode(uuid)];
    await act(uuid, { decision: 'scan' });
    expect(await Promise.all(waiting)).toEqual([404, 404, 404]);
    expect(performance.now() - begin).toBeLessThan(5000);
  });

  test('has a form in JSON and one with the address', async () => {
    const { open, poll, confirmed } = await start();
    const uuid = await open({ redirect_uri: `https://a.example/it's?x=1`, state: `'</script>` });
    expect((await poll(uuid, { f: 'json' })).body).toBe('{"wx_errcode":408}');
    expect((await poll(uuid, { f: 'url' })).body).toBe("window.wx_errcode=408;window.wx_code='';");
    const code = await confirmed(uuid, 'ada');
    expect((await poll(uuid, { f: 'json' })).body).toBe(`{"wx_errcode":405,"wx_code":"${code}"}`);
    const { body } = await poll(uuid, { f: 'url' });
    const browser: { wx_redirecturl?: string } = {};
    runInNewContext(body, { window: browser });
    expect(browser.wx_redirecturl).toBe(`https://a.example/it's?x=1&code=${code}&state='%3C%2Fscript%3E`);
    expect(body).not.toContain('<');
  });

  test('says that the QR code has expired, or is unknown', async () => {
    const { clock, open, errcode, phone } = await start({ qrSeconds: 60 });
    const uuid = await open();
    clock.now += 59_999;
    expect(await errcode(uuid)).toBe(408);
    clock.now += 1;
    expect(await errcode(uuid)).toBe(402);
    expect(await errcode('x'.repeat(16))).toBe(402);
    expect((await phone(uuid)).body).toContain('二维码已失效');
  });

  test('does not hold up shutdown', async () => {
    const { server, open } = await start({ qrHoldSeconds: 600 });
    const uuid = await open();
    await server.listen({ port: 0, host: '127.0.0.1' });
    const { port } = server.server.address() as { port: number };
    const url = `http://127.0.0.1:${port}/simulator/connect/l/qrconnect?uuid=${uuid}`;
    const waiting = fetch(url).catch((error: Error) => error.message);
    await new Promise((resolve) => server.server.once('request', resolve));
    const begin = performance.now();
    await server.close();
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(await waiting).toBe('fetch failed');
  });
});

describe('the phone', () => {
  test('scans, then allows or cancels', async () => {
    const { open, phone, act } = await start();
    const uuid = await open();
    expect((await phone(uuid)).body).toMatch(/value="scan"/);
    const scanned = await act(uuid, { decision: 'scan', person: 'ming' });
    expect(scanned.statusCode).toBe(303);
    expect(scanned.headers.location).toBe(`confirm?uuid=${uuid}`);
    expect((await phone(uuid)).body).toMatch(/ming[^]*value="confirm"[^]*value="cancel"/);
    await act(uuid, { decision: 'cancel' });
    expect((await phone(uuid)).body).toMatch(/您已取消此次登录[^]*value="scan"/);
  });

  test('gives the code of whoever scanned, by a name of the list or by any other', async () => {
    const { server, open, confirmed, act, poll } = await start();
    const other = await open();
    await act(other, { decision: 'scan', person: 'ada', name: 'zoe' });
    await act(other, { decision: 'confirm' });
    const codes = [
      await confirmed(await open(), 'ming'),
      (await poll(other, { f: 'json' })).json<{ wx_code: string }>().wx_code,
    ];
    const openids = [];
    for (const code of codes) {
      const answer = await server.inject(
        `/simulator/sns/oauth2/access_token?appid=${website.appId}&secret=${website.appSecret}&code=${code}&grant_type=authorization_code`,
      );
      openids.push(answer.json().openid);
    }
    expect(openids).toEqual(['ming', 'zoe'].map((name) => openidOf(personNamed(name), website.appId)));
  });

  test('offers the person who used it last', async () => {
    const { open, phone, act } = await start();
    const answer = await act(await open(), { decision: 'scan', name: `é"<;, ` });
    const cookie = String(answer.headers['set-cookie']);
    expect(cookie).toMatch(
      /^wxsimulator_person=%C3%A9%22%3C%3B%2C; Path=\/simulator\/connect; HttpOnly; SameSite=Lax$/,
    );
    const { body } = await phone(await open(), { cookie: `a=b; ${cookie.split(';')[0]}` });
    expect(body).toMatch(/<option value="é&quot;&lt;;," selected>/);
  });

  test.each(['%', '%ff', '', 'x'.repeat(65)])('takes the cookie %j for the default person', async (value) => {
    const { open, phone } = await start();
    const { body } = await phone(await open(), { cookie: `wxsimulator_person=${value}` });
    expect(body).toMatch(/<option value="ada" selected>/);
  });

  test('changes nothing by what does not fit', async () => {
    const { open, act, errcode } = await start();
    const uuid = await open();
    for (const decision of ['confirm', 'cancel', 'dance', '']) await act(uuid, { decision });
    expect(await errcode(uuid)).toBe(408);
    expect((await act('unknown', { decision: 'scan' })).statusCode).toBe(303);
  });

  test('allows once: of fifty confirmations at once one makes a code', async () => {
    const { open, act, poll } = await start();
    const uuid = await open();
    await act(uuid, { decision: 'scan' });
    const codeNow = async () => (await poll(uuid, { f: 'json' })).json<{ wx_code: string }>().wx_code;
    const codes = await Promise.all(
      Array.from({ length: 50 }, async () => act(uuid, { decision: 'confirm' }).then(codeNow)),
    );
    expect(new Set(codes).size).toBe(1);
  });

  test('may stand in a frame of the page, and of no other site', async () => {
    const { open, phone } = await start();
    const { headers } = await phone(await open());
    expect(headers['content-security-policy']).toContain("frame-ancestors 'self'");
    expect(headers['x-frame-options']).toBe('SAMEORIGIN');
  });
});

test('who refuses leads nowhere, or back with the state alone where the setting says so', async () => {
  const bodies = [];
  for (const refusalRedirects of [false, true]) {
    const { open, act, poll } = await start({ refusalRedirects });
    const uuid = await open();
    await act(uuid, { decision: 'scan' });
    await act(uuid, { decision: 'cancel' });
    bodies.push((await poll(uuid, { f: 'url' })).body);
  }
  const silent = "window.wx_errcode=403;window.wx_code='';";
  expect(bodies).toEqual([silent, `${silent}window.wx_redirecturl='https://a.example/cb?state=S1';`]);
});
