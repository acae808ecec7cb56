import Fastify from 'fastify';
import { simulatedApps } from './apps.js';
import { simulator } from './simulator.plugin.js';

const [mini] = simulatedApps as [(typeof simulatedApps)[0]];
const sns = '/sns/jscode2session';
const now = 1_700_000_000_000;

async function start() {
  const server = Fastify();
  await server.register(simulator, { prefix: '/simulator', now: () => now });
  const get = (path: string) => server.inject(`/simulator${path}`);
  const fault = (payload: object) =>
    server.inject({ method: 'POST', url: '/simulator/control/faults', payload });
  const calls = async () => (await get('/control/calls')).json().calls;
  return { server, get, fault, calls };
}

async function listen() {
  const simulated = await start();
  await simulated.server.listen({ port: 0, host: '127.0.0.1' });
  const { port } = simulated.server.server.address() as { port: number };
  return { ...simulated, url: `http://127.0.0.1:${port}/simulator` };
}

async function goodLogin({ server }: { server: Awaited<ReturnType<typeof start>>['server'] }) {
  const payload = { kind: 'mini-program' };
  const minted = await server.inject({ method: 'POST', url: '/simulator/control/codes', payload });
  const { code } = minted.json<{ code: string }>();
  return `${sns}?appid=${mini.appId}&secret=${mini.appSecret}&js_code=${code}&grant_type=authorization_code`;
}

describe('an unknown path', () => {
  test.each([
    ['GET', '/nothing/here', 'application/json; encoding=utf-8', /^invalid url rid: /],
    ['GET', '/sns/nothing', 'text/plain', /^invalid url, rid: /],
    ['POST', '', 'application/json; encoding=utf-8', /^invalid url rid: /],
    ['POST', sns, 'text/plain', /^invalid url, rid: /],
  ] as const)('%s %s is answered as WeChat answers it', async (method, path, type, words) => {
    const { server } = await start();
    const answer = await server.inject({ method, url: `/simulator${path}` });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.json()).toEqual({ errcode: 40066, errmsg: expect.stringMatching(words) });
  });

  test('is not told apart by a body that no parser knows', async () => {
    const { server } = await start();
    const answer = await server.inject({
      method: 'POST',
      url: '/simulator/nothing',
      headers: { 'content-type': 'application/json' },
      payload: '{',
    });
    expect(answer.json().errcode).toBe(40066);
  });
});

test('what WeChat cannot read is a system error with HTTP 200', async () => {
  const { server } = await start();
  const payload = 'x'.repeat(2_000_000);
  const answer = await server.inject({ method: 'POST', url: '/simulator/sns/nothing', payload });
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('text/plain');
  expect(answer.json()).toEqual({ errcode: -1, errmsg: 'system error' });
});

describe('a fault', () => {
  test.each([
    [-1, /^system error$/],
    [40226, /^code blocked, rid: /],
    [45011, /^api minute-quota reach limit, must slower, retry next minute, rid: /],
  ])('of errcode %d answers WeChat’s own words', async (errcode, words) => {
    const { get, fault } = await start();
    await fault({ errcode });
    const answer = await get(sns);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(answer.json()).toEqual({ errcode, errmsg: expect.stringMatching(words) });
  });

  test('may bring words of its own', async () => {
    const { get, fault } = await start();
    await fault({ errcode: 40164, errmsg: 'invalid ip 1.2.3.4' });
    expect((await get(sns)).json()).toEqual({ errcode: 40164, errmsg: 'invalid ip 1.2.3.4' });
  });

  test('answers a status and a body', async () => {
    const { get, fault } = await start();
    await fault({ status: 502, body: '<html>502</html>', contentType: 'text/html' });
    const answer = await get(sns);
    expect(answer.statusCode).toBe(502);
    expect(answer.headers['content-type']).toBe('text/html');
    expect(answer.body).toBe('<html>502</html>');
  });

  test('answers a body alone with 200 and the usual content type', async () => {
    const { get, fault } = await start();
    await fault({ body: '{"openid":123}' });
    const answer = await get(sns);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/plain');
    expect(answer.body).toBe('{"openid":123}');
  });

  test('answers a body with the content type of its path', async () => {
    const { get, fault } = await start();
    await fault({ body: 'null' });
    const answer = await get('/cgi-bin/token');
    expect(answer.headers['content-type']).toBe('application/json; encoding=utf-8');
    expect(answer.body).toBe('null');
  });

  test('answers an empty body', async () => {
    const { get, fault } = await start();
    await fault({ body: '' });
    expect((await get(sns)).body).toBe('');
  });

  test('changes the content type of a good answer', async () => {
    const simulated = await start();
    await simulated.fault({ contentType: 'application/octet-stream' });
    const answer = await simulated.get(await goodLogin(simulated));
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    expect(answer.json().openid).toBeDefined();
  });

  test('slows a good answer down', async () => {
    const simulated = await start();
    const login = await goodLogin(simulated);
    await simulated.fault({ delayMs: 120 });
    const begin = performance.now();
    const answer = await simulated.get(login);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(115);
    expect(answer.json().openid).toBeDefined();
  });

  test('leaves the code unused', async () => {
    const simulated = await start();
    const login = await goodLogin(simulated);
    await simulated.fault({ errcode: -1 });
    await simulated.get(login);
    expect((await simulated.get(login)).json().openid).toBeDefined();
  });

  test('resets the connection', async () => {
    const { server, url, fault } = await listen();
    await fault({ reset: true });
    await expect(fetch(url + sns)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect((await fetch(url + sns)).status).toBe(200);
    await server.close();
  });

  test('hangs until the caller gives up', async () => {
    const { server, url, get, fault } = await listen();
    await fault({ hang: true });
    const impatient = { signal: AbortSignal.timeout(150) };
    await expect(fetch(url + sns, impatient)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await get(sns)).statusCode).toBe(200);
    await server.close();
  });

  test.each([[{ hang: true }], [{ delayMs: 600_000 }]])('%j does not hold up shutdown', async (kind) => {
    const { server, url, fault, calls } = await listen();
    await fault(kind);
    const waiting = fetch(url + sns).catch((error: Error) => error.message);
    while ((await calls()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const begin = performance.now();
    await server.close();
    expect(performance.now() - begin).toBeLessThan(1000);
    expect(await waiting).toBe('fetch failed');
  });

  test('befalls as many calls as were ordered, in the order of the orders', async () => {
    const { get, fault } = await start();
    await fault({ errcode: 45011, times: 2 });
    await fault({ errcode: 40226 });
    const errcodes = [];
    for (let i = 0; i < 4; i++) errcodes.push((await get(sns)).json().errcode);
    expect(errcodes).toEqual([45011, 45011, 40226, 41002]);
  });

  test('waits for its path', async () => {
    const { get, fault } = await start();
    await fault({ errcode: -1, path: '/cgi-bin/token' });
    expect((await get(sns)).json().errcode).toBe(41002);
    expect((await get('/cgi-bin/token?x=1')).json().errcode).toBe(-1);
    expect((await get('/cgi-bin/token')).json().errcode).toBe(41002);
  });

  test('never befalls a control call', async () => {
    const { get, fault } = await start();
    await fault({ errcode: -1 });
    expect((await get('/control/apps')).json().apps).toBeDefined();
    expect((await get('/control/nothing')).statusCode).toBe(404);
    expect((await get(sns)).json().errcode).toBe(-1);
  });

  test('is forgotten when the faults are cleared', async () => {
    const { server, get, fault } = await start();
    await fault({ errcode: -1, times: 5 });
    const cleared = await server.inject({ method: 'DELETE', url: '/simulator/control/faults' });
    expect(cleared.json()).toEqual({ cleared: 1 });
    expect((await get(sns)).json().errcode).toBe(41002);
  });
});

describe('the record of calls', () => {
  test('holds what was asked and answered, with the secret blanked', async () => {
    const simulated = await start();
    const answer = await simulated.get(await goodLogin(simulated));
    const [call] = await simulated.calls();
    expect(call).toEqual({
      id: 1,
      at: new Date(now).toISOString(),
      method: 'GET',
      path: sns,
      query: {
        appid: mini.appId,
        secret: '***',
        js_code: expect.any(String),
        grant_type: 'authorization_code',
      },
      fault: null,
      answer: { status: 200, contentType: 'text/plain', body: answer.body },
    });
    expect(JSON.stringify(call)).not.toContain(mini.appSecret);
  });

  test('holds refusals, unknown paths and faults', async () => {
    const { get, fault, calls } = await start();
    await get(sns);
    await get('/nothing');
    await fault({ status: 503 });
    await get(sns);
    const [refused, unknown, faulty] = await calls();
    expect(refused.answer.body).toContain('41002');
    expect(unknown).toMatchObject({ path: '/nothing', answer: { status: 200 } });
    expect(faulty).toMatchObject({ fault: { status: 503, times: 1 }, answer: { status: 503, body: '' } });
  });

  test('tells what is new or has changed since a cursor, and nothing twice', async () => {
    const { server, url, fault, get } = await listen();
    const news = async (since = 0) => (await get(`/control/calls?since=${since}`)).json();
    await get(sns);
    const first = await news();
    expect(first.calls).toMatchObject([{ id: 1 }]);
    expect(await news(first.cursor)).toEqual({ calls: [], cursor: first.cursor });
    await fault({ delayMs: 500 });
    const answer = fetch(url + sns);
    while ((await news(first.cursor)).calls.length === 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    const waiting = await news(first.cursor);
    expect(waiting.calls).toMatchObject([{ id: 2, answer: null, fault: { delayMs: 500 } }]);
    await answer;
    const last = await news(waiting.cursor);
    expect(last.calls).toMatchObject([{ id: 2, answer: { status: 200 } }]);
    expect((await news()).calls).toHaveLength(2);
    await server.close();
  });

  test('holds calls that were left without answer', async () => {
    const { server, url, fault, calls } = await listen();
    await fault({ reset: true });
    await fetch(url + sns).catch(() => undefined);
    await fault({ hang: true });
    await fetch(url + sns, { signal: AbortSignal.timeout(100) }).catch(() => undefined);
    expect((await calls()).map(({ answer }: { answer: unknown }) => answer)).toEqual(['reset', 'hung']);
    await server.close();
  });

  test('holds the last two hundred', async () => {
    const { get, calls } = await start();
    for (let i = 0; i < 201; i++) await get(`/nothing/${i}`);
    const kept = await calls();
    expect(kept).toHaveLength(200);
    expect([kept[0].path, kept[199].path]).toEqual(['/nothing/1', '/nothing/200']);
  });
});
