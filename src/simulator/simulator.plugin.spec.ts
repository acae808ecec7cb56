import Fastify from 'fastify';
import { simulatedApps, simulator } from './simulator.plugin.js';

/** A server with its own ideas about everything. */
async function startInside() {
  const server = Fastify({ routerOptions: { querystringParser: () => ({}) } });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'string' }, async () => ({ root: 'parsed' }));
  server.setErrorHandler((_error, _request, reply) => reply.code(500).send({ root: 'error' }));
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ root: 'not found' }));
  server.post('/echo', (request) => ({ body: request.body }));
  server.get('/broken', () => {
    throw new Error('broken');
  });
  await server.register(simulator, { prefix: '/simulator' });
  return server;
}

test('the server around keeps its parsers and handlers', async () => {
  const server = await startInside();
  const echo = await server.inject({ method: 'POST', url: '/echo', payload: { mine: true } });
  expect(echo.json()).toEqual({ body: { root: 'parsed' } });
  expect((await server.inject('/broken')).json()).toEqual({ root: 'error' });
  expect((await server.inject('/nothing')).json()).toEqual({ root: 'not found' });
});

test('the simulator takes nothing from the server around', async () => {
  const server = await startInside();
  const minted = await server.inject({
    method: 'POST',
    url: '/simulator/control/codes',
    payload: { kind: 'mini-program' },
  });
  const { code } = minted.json<{ code: string }>();
  const [{ appId, appSecret }] = simulatedApps as [(typeof simulatedApps)[0]];
  const login = `/simulator/sns/jscode2session?appid=${appId}&secret=${appSecret}&js_code=${code}&grant_type=authorization_code`;
  expect((await server.inject(login)).json()).toHaveProperty('openid');
  expect((await server.inject(login)).json()).toHaveProperty('errcode', 40163);
  expect((await server.inject('/simulator/nothing')).json()).toHaveProperty('errcode', 40066);
  expect((await server.inject('/simulator/control/nothing')).json()).toHaveProperty('error', 'not_found');
});

test('two simulators know nothing of each other', async () => {
  const server = Fastify();
  await server.register(simulator, { prefix: '/one' });
  await server.register(simulator, { prefix: '/two' });
  await server.inject({ method: 'POST', url: '/one/control/faults', payload: { errcode: -1 } });
  expect((await server.inject('/two/sns/jscode2session')).json().errcode).toBe(41002);
  expect((await server.inject('/one/sns/jscode2session')).json().errcode).toBe(-1);
});

test('the made-up apps are one of each kind, valid in form and bound to one open platform', () => {
  const kinds = simulatedApps.map(({ kind }) => kind);
  expect(kinds).toEqual(['mini-program', 'website', 'official-account', 'mobile']);
  for (const { appId, appSecret } of simulatedApps) {
    expect(appId).toMatch(/^wx[0-9a-f]{16}$/);
    expect(appSecret).toMatch(/^[0-9a-f]{32}$/);
  }
  expect(new Set(simulatedApps.map(({ openPlatform }) => openPlatform)).size).toBe(1);
  expect(new Set(simulatedApps.flatMap(({ appId, appSecret }) => [appId, appSecret])).size).toBe(8);
});
