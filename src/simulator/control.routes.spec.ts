import Fastify, { type InjectOptions } from 'fastify';
import { simulatedApps } from './apps.js';
import { simulator } from './simulator.plugin.js';

const [mini] = simulatedApps as [(typeof simulatedApps)[0]];
const otherMini = { ...mini, appId: 'wxfa4e0000000000a2' };

async function start(apps = simulatedApps) {
  const server = Fastify();
  await server.register(simulator, { prefix: '/simulator', apps });
  return async (method: InjectOptions['method'], path: string, payload?: InjectOptions['payload']) => {
    const answer = await server.inject({ method, url: `/simulator/control${path}`, payload });
    return { status: answer.statusCode, body: answer.json() };
  };
}

describe('asking for a code', () => {
  test.each(simulatedApps.map(({ kind }) => [kind]))(
    'of the only app of kind %s needs no appId',
    async (kind) => {
      const call = await start();
      const { status, body } = await call('POST', '/codes', { kind });
      expect(status).toBe(200);
      expect(body).toEqual({ code: expect.stringMatching(/^[A-Za-z0-9_-]{32}$/) });
    },
  );

  test('gives a new one each time', async () => {
    const call = await start();
    const codes = [await call('POST', '/codes', mini), await call('POST', '/codes', { kind: mini.kind })];
    expect(codes[0]?.body).not.toEqual(codes[1]?.body);
  });

  test('reads JSON whatever the content type says', async () => {
    const call = await start();
    expect((await call('POST', '/codes', '{"kind":"mini-program"}')).status).toBe(200);
  });

  test.each<[string, InjectOptions['payload'], string]>([
    ['an unknown kind', { kind: 'fax' }, 'kind'],
    ['no kind', {}, 'kind'],
    ['a number as appId', { kind: 'website', appId: 1 }, 'appId'],
    ['an empty person', { kind: 'website', person: '' }, 'person'],
    ['an endless person', { kind: 'website', person: 'x'.repeat(65) }, 'person'],
    ['a word as unionid', { kind: 'website', unionid: 'no' }, 'unionid'],
    ['an unknown field', { kind: 'website', persona: 'ada' }, 'persona'],
    ['an unknown scope', { kind: 'website', scope: 'snsapi_all' }, 'scope'],
    ['the scope of another kind', { kind: 'website', scope: 'snsapi_base' }, 'scope'],
    ['a scope of a mini program', { kind: 'mini-program', scope: 'snsapi_base' }, 'scope'],
    ['a snapshot of a website', { kind: 'website', snapshot: true }, 'snapshot'],
    ['a silent snapshot', { kind: 'official-account', scope: 'snsapi_base', snapshot: true }, 'snapshot'],
    ['an array', [], 'body'],
    ['no JSON', '{', 'body'],
    ['nothing', undefined, 'body'],
  ])('with %s is a 400 that names the field', async (_case, payload, field) => {
    const call = await start();
    const { status, body } = await call('POST', '/codes', payload);
    expect(status).toBe(400);
    expect(body).toEqual({ error: 'invalid_request', message: expect.stringContaining(field) });
  });

  test.each([
    ['an unknown appId', [mini], { kind: 'mini-program', appId: 'wxffffffffffffffff' }],
    ['the appId of another kind', simulatedApps, { kind: 'website', appId: mini.appId }],
    ['a kind of which there is no app', [mini], { kind: 'website' }],
    ['a kind of which there are several apps', [mini, otherMini], { kind: 'mini-program' }],
  ])('with %s is a 400 that names the appId', async (_case, apps, payload) => {
    const call = await start(apps);
    const { status, body } = await call('POST', '/codes', payload);
    expect(status).toBe(400);
    expect(body).toEqual({ error: 'unknown_app', message: expect.stringMatching(/^appId: /) });
  });
});

describe('ordering a fault', () => {
  test('answers the fault, for one call where nothing else is said', async () => {
    const call = await start();
    const { status, body } = await call('POST', '/faults', { errcode: -1, path: '/sns/jscode2session' });
    expect(status).toBe(200);
    expect(body).toEqual({ errcode: -1, path: '/sns/jscode2session', times: 1 });
  });

  test('shows those to come, until they have befallen or are cleared', async () => {
    const call = await start();
    const waiting = async () => (await call('GET', '/faults')).body.faults;
    expect(await waiting()).toEqual([]);
    await call('POST', '/faults', { errcode: -1, times: 2 });
    await call('POST', '/faults', { hang: true, path: '/sns/userinfo' });
    expect(await waiting()).toEqual([
      { errcode: -1, times: 2 },
      { hang: true, path: '/sns/userinfo', times: 1 },
    ]);
    await call('DELETE', '/faults');
    expect(await waiting()).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['a path without slash', { path: 'sns', hang: true }, 'path'],
    ['no times', { times: 0, hang: true }, 'times'],
    ['half a status', { status: 99 }, 'status'],
    ['an errcode in words', { errcode: '40029' }, 'errcode'],
    ['words without errcode', { errmsg: 'invalid code', delayMs: 1 }, 'errmsg'],
    ['a content type over two lines', { contentType: 'text/html\r\nx: y' }, 'contentType'],
    ['an unknown field', { errCode: 40029 }, 'errCode'],
    ['nothing that goes wrong', { times: 2 }, 'errcode'],
    ['two things that exclude each other', { hang: true, errcode: -1 }, 'only one'],
  ])('with %s is a 400 that says so', async (_case, payload, words) => {
    const call = await start();
    const { status, body } = await call('POST', '/faults', payload);
    expect(status).toBe(400);
    expect(body).toEqual({ error: 'invalid_request', message: expect.stringContaining(words) });
  });
});

test('the people are listed with their ids towards each app', async () => {
  const call = await start();
  const { body } = await call('GET', '/people');
  const ada = body.people.find(({ person }: { person: string }) => person === 'ada');
  expect(ada.nickname).toEqual({ zh: '艾达🌸', en: 'Ada🌸' });
  expect(ada.avatar).toMatch(/^https:/);
  expect(Object.keys(ada.openids)).toEqual(simulatedApps.map(({ appId }) => appId));
  expect(Object.keys(ada.unionids)).toEqual(['simulated']);
});

test('the apps are listed, without their secrets', async () => {
  const call = await start();
  const { body } = await call('GET', '/apps');
  expect(body).toEqual({
    apps: simulatedApps.map(({ kind, appId, name, openPlatform }) => ({ kind, appId, name, openPlatform })),
  });
  for (const { appSecret } of simulatedApps) expect(JSON.stringify(body)).not.toContain(appSecret);
});

test('an unknown control path is a 404 and no call to WeChat', async () => {
  const call = await start();
  const { status, body } = await call('GET', '/nothing');
  expect(status).toBe(404);
  expect(body.error).toBe('not_found');
  expect((await call('GET', '/calls')).body).toEqual({ calls: [], cursor: 0 });
});

test('a body too large to read is a 413 in JSON', async () => {
  const call = await start();
  const { status, body } = await call('POST', '/codes', 'x'.repeat(2_000_000));
  expect(status).toBe(413);
  expect(body.error).toBe('failed');
});
