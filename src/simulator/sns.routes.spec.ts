import Fastify from 'fastify';
import { simulatedApps } from './apps.js';
import type { SimulatorOptions } from './simulation.js';
import { simulator } from './simulator.plugin.js';

const [mini, website] = simulatedApps as [(typeof simulatedApps)[0], (typeof simulatedApps)[0]];
const otherMini = { ...mini, appId: 'wxfa4e0000000000a2', appSecret: 'fa4e5ec4e700000000000000000000a2' };
const unbound = { ...mini, appId: 'wxfa4e0000000000a3', openPlatform: null };
const apps = [mini, website, otherMini, unbound];
const minute = 60_000;

async function start(options: SimulatorOptions = {}) {
  const server = Fastify();
  await server.register(simulator, { prefix: '/simulator', apps, ...options });

  async function mint(body: object = {}) {
    const payload = { kind: 'mini-program', appId: mini.appId, ...body };
    const answer = await server.inject({ method: 'POST', url: '/simulator/control/codes', payload });
    return answer.json<{ code: string }>().code;
  }

  async function ask(code: string, changes: Record<string, string | undefined> = {}) {
    const query = {
      appid: mini.appId,
      secret: mini.appSecret,
      js_code: code,
      grant_type: 'authorization_code',
      ...changes,
    };
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const answer = await server.inject(
      `/simulator/sns/jscode2session?${new URLSearchParams(given).toString()}`,
    );
    return { status: answer.statusCode, type: answer.headers['content-type'], ...answer.json() };
  }

  return { server, mint, ask };
}

function expectRefusal(answer: { errmsg: string }, errcode: number, words: string) {
  expect(answer).toEqual({ status: 200, type: 'text/plain', errcode, errmsg: expect.any(String) });
  expect(answer.errmsg).toMatch(new RegExp(`^${words}, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`));
}

describe('a good code', () => {
  test('tells who the person is, as text/plain and without errcode', async () => {
    const { mint, ask } = await start();
    expect(await ask(await mint())).toEqual({
      status: 200,
      type: 'text/plain',
      session_key: expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/),
      openid: expect.stringMatching(/^o[A-Za-z0-9_-]{27}$/),
      unionid: expect.stringMatching(/^o[A-Za-z0-9_-]{27}$/),
    });
  });

  test('names the same person by the same openid each time, and another person by another', async () => {
    const { mint, ask } = await start();
    const first = await ask(await mint({ person: 'zoe' }));
    const again = await ask(await mint({ person: 'zoe' }));
    const other = await ask(await mint({ person: 'yan' }));
    expect(again.openid).toBe(first.openid);
    expect(other.openid).not.toBe(first.openid);
    expect(other.unionid).not.toBe(first.unionid);
  });

  test('names a person by another openid but the same unionid in another app', async () => {
    const { mint, ask } = await start();
    const here = await ask(await mint());
    const there = await ask(await mint({ appId: otherMini.appId }), {
      appid: otherMini.appId,
      secret: otherMini.appSecret,
    });
    expect(there.openid).not.toBe(here.openid);
    expect(there.unionid).toBe(here.unionid);
  });

  test('gives no unionid to an app without open platform', async () => {
    const { mint, ask } = await start();
    const answer = await ask(await mint({ appId: unbound.appId }), { appid: unbound.appId });
    expect(answer.openid).toBeDefined();
    expect(answer).not.toHaveProperty('unionid');
  });

  test('gives no unionid of a person who has none', async () => {
    const { mint, ask } = await start();
    const answer = await ask(await mint({ unionid: false }));
    expect(answer.openid).toBeDefined();
    expect(answer).not.toHaveProperty('unionid');
  });

  test('of a person whom WeChat takes for a risk is refused', async () => {
    const { mint, ask } = await start();
    expectRefusal(await ask(await mint({ person: 'blocked' })), 40226, 'code blocked');
  });

  test('gives a new session_key at each login, or at each n-th as the setting says', async () => {
    const always = await start();
    const seldom = await start({ settings: { sessionKeyEvery: 2 } });
    const keyOf = async ({ ask, mint }: typeof always) => (await ask(await mint())).session_key;
    expect(await keyOf(always)).not.toBe(await keyOf(always));
    const first = await keyOf(seldom);
    expect(await keyOf(seldom)).toBe(first);
    expect(await keyOf(seldom)).not.toBe(first);
  });
});

describe('a code serves once', () => {
  test('of fifty calls at once exactly one succeeds and the others hear that it has been used', async () => {
    const { mint, ask } = await start();
    const code = await mint();
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask(code)));
    expect(answers.filter(({ openid }) => openid !== undefined)).toHaveLength(1);
    expect(answers.filter(({ errcode }) => errcode === 40163)).toHaveLength(49);
  });

  test('a used code answers 40163 for the rest of its five minutes and 40029 afterwards', async () => {
    let now = 1_700_000_000_000;
    const { mint, ask } = await start({ now: () => now });
    const code = await mint();
    await ask(code);
    now += 5 * minute - 1;
    expectRefusal(await ask(code), 40163, 'code been used');
    now += 1;
    expectRefusal(await ask(code), 40029, 'invalid code');
  });

  test('a used code answers 40029 as early as the setting says', async () => {
    let now = 1_700_000_000_000;
    const { mint, ask } = await start({ now: () => now, settings: { usedCodeSeconds: 10 } });
    const code = await mint();
    await ask(code);
    expect((await ask(code)).errcode).toBe(40163);
    now += 10_000;
    expect((await ask(code)).errcode).toBe(40029);
  });

  test('a refused call does not use up the code', async () => {
    const { mint, ask } = await start();
    const code = await mint();
    await ask(code, { secret: 'f'.repeat(32) });
    await ask(code, { grant_type: 'password' });
    expect((await ask(code)).openid).toBeDefined();
  });

  test('a HEAD request does not use up the code', async () => {
    const { server, mint, ask } = await start();
    const code = await mint();
    const query = `appid=${mini.appId}&secret=${mini.appSecret}&js_code=${code}&grant_type=authorization_code`;
    await server.inject({ method: 'HEAD', url: `/simulator/sns/jscode2session?${query}` });
    expect((await ask(code)).openid).toBeDefined();
  });
});

describe('a bad call', () => {
  test.each<[string, Record<string, string | undefined>, number, string]>([
    ['without appid', { appid: undefined }, 41002, 'appid missing'],
    ['with an empty appid', { appid: '' }, 41002, 'appid missing'],
    ['without secret', { secret: undefined }, 41004, 'appsecret missing'],
    ['with an unknown appid', { appid: 'wxffffffffffffffff' }, 40013, 'invalid appid'],
    ['with a wrong secret', { secret: 'f'.repeat(32) }, 40125, 'invalid appsecret'],
    ['with a secret in capitals', { secret: mini.appSecret.toUpperCase() }, 40125, 'invalid appsecret'],
    ['without grant_type', { grant_type: undefined }, 40002, 'invalid grant_type'],
    ['with another grant_type', { grant_type: 'client_credential' }, 40002, 'invalid grant_type'],
    ['without code', { js_code: undefined }, 41008, 'missing code'],
    ['with the code under a foreign name', { js_code: undefined, code: 'x' }, 41008, 'missing code'],
    ['with an unknown code', { js_code: 'x'.repeat(32) }, 40029, 'invalid code'],
    [
      'by an app to which the code does not belong',
      { appid: otherMini.appId, secret: otherMini.appSecret },
      40029,
      'invalid code',
    ],
  ])('%s is refused', async (_case, changes, errcode, words) => {
    const { mint, ask } = await start();
    expectRefusal(await ask(await mint(), changes), errcode, words);
  });

  test('with the code of a website, by that website, is refused', async () => {
    const { mint, ask } = await start();
    const code = await mint({ kind: 'website', appId: website.appId });
    const answer = await ask(code, { appid: website.appId, secret: website.appSecret });
    expectRefusal(answer, 40029, 'invalid code');
  });

  test('with an expired code is refused', async () => {
    let now = 1_700_000_000_000;
    const { mint, ask } = await start({ now: () => now });
    const [early, late] = [await mint(), await mint()];
    now += 5 * minute - 1;
    expect((await ask(early)).openid).toBeDefined();
    now += 1;
    expectRefusal(await ask(late), 40029, 'invalid code');
  });

  test('with everything wrong hears of one fault after the other, in WeChat’s order', async () => {
    const { mint, ask } = await start();
    const used = await mint();
    await ask(used);
    const wrong = { appid: '', secret: '', js_code: '', grant_type: '' };
    const mended = [
      {},
      { appid: 'wxffffffffffffffff' },
      { secret: 'f'.repeat(32) },
      { appid: mini.appId },
      { secret: mini.appSecret },
      { grant_type: 'authorization_code' },
      { js_code: 'x'.repeat(32) },
      { js_code: used },
    ];
    const errcodes = [];
    for (const mend of mended) errcodes.push((await ask('', Object.assign(wrong, mend))).errcode);
    expect(errcodes).toEqual([41002, 41004, 40013, 40125, 40002, 41008, 40029, 40163]);
  });

  test('is refused in another order where the setting says so', async () => {
    const { ask } = await start({
      settings: { checkOrder: [40029, 40163, 41008, 40002, 40125, 40013, 41004, 41002] },
    });
    expect((await ask('', { appid: '', secret: '' })).errcode).toBe(40029);
  });

  test('carries the time of the call in its rid', async () => {
    const { ask } = await start({ now: () => 0x617682e0 * 1000 });
    expect((await ask('x')).errmsg).toContain(', rid: 617682e0-');
  });
});

test('another content type is answered where the setting says so', async () => {
  const { ask } = await start({
    settings: { contentTypes: { sns: 'application/json', others: 'text/html' } },
  });
  expect((await ask('x')).type).toBe('application/json');
});
