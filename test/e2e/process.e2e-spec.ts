import { setTimeout as sleep } from 'node:timers/promises';
import { backends, shared, type OpenBackend } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { stranger } from '../support/person.js';
import { encryptionKey, productionEnv } from '../support/production-env.js';
import { freePort } from '../support/services/probe.js';
import {
  newFolder,
  type RunningProcess,
  runScript,
  spawnScript,
  spawnService,
  startProcess,
} from '../support/start-process.js';
import { miniProgram, type RunningSimulator, startSimulator } from '../support/start-simulator.js';

describe.each(backends)('the built service in production on $name', (backend) => {
  let storage: OpenBackend;
  let simulator: RunningSimulator;
  let env: Record<string, string>;
  const started: RunningProcess[] = [];
  const start = async (extra: Record<string, string> = {}, cwd?: string) => {
    const running = await startProcess({ ...env, ...extra }, cwd);
    started.push(running);
    return running;
  };

  beforeAll(async () => {
    storage = await backend.open();
    simulator = await startSimulator();
    env = { ...productionEnv(simulator), ...storage.env };
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map((running) => running.end()));
  });
  afterAll(async () => {
    await simulator?.close();
    await storage?.close();
  });

  it('keeps every acknowledged login through kill -9 under load', async () => {
    const port = { PORT: String(await freePort()) };
    const first = await start(port);
    const people = Array.from({ length: 200 }, () => stranger(simulator));
    const acknowledged: Answer['data'][] = [];
    // No more than 20 are on their way at once, so that the kill finds many who have not begun.
    const waiting = [...people];
    const logInOneByOne = async () => {
      for (let someone = waiting.shift(); someone; someone = waiting.shift()) {
        const { status, data } = await someone.logIn(first);
        if (status === 200) acknowledged.push(data);
        if (acknowledged.length === 50) first.kill('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: 20 }, logInOneByOne));
    await first.exited;
    expect(acknowledged.length).toBeGreaterThanOrEqual(50);
    expect(acknowledged.length).toBeLessThan(people.length);

    const second = await start(port);
    const all = await Promise.all(people.map((someone) => someone.logIn(second)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(all.map(({ data }) => data.user.id)).size).toBe(people.length);
    for (const login of acknowledged) {
      const me = await second.api('GET', '/users/me', undefined, { token: login.accessToken });
      expect(me).toMatchObject({ status: 200, data: { id: login.user.id } });
      const next = await second.api('POST', '/auth/refresh', { refreshToken: login.refreshToken });
      expect(next.status).toBe(200);
    }
    const unharmed = await Promise.all(Array.from({ length: 200 }, () => stranger(simulator).logIn(second)));
    expect(unharmed.filter(({ status, data }) => status === 200 && data.isNewUser)).toHaveLength(200);
  });

  it('says not ready but serves during SHUTDOWN_DELAY, finishes what is in flight, and exits 0', async () => {
    const service = await start({ SHUTDOWN_DELAY: '600ms', SHUTDOWN_GRACE: '5s' });
    const someone = stranger(simulator);
    const code = await someone.code();
    expect((await fetch(`${service.base}/health/ready`)).status).toBe(200);
    await simulator.fault({ path: '/sns/jscode2session', delayMs: 1500 });
    const slow = service.api('POST', '/auth/wechat/mini-program', { code });
    await sleep(100);
    service.kill('SIGTERM');
    await sleep(200);
    const stopping = await fetch(`${service.base}/health/ready`);
    expect(stopping.status).toBe(503);
    expect(await stopping.json()).toMatchObject({ status: 'error', error: { service: { status: 'down' } } });
    expect((await fetch(`${service.base}/health/live`)).status).toBe(200);
    expect((await someone.logIn(service)).status).toBe(200);
    expect((await slow).status).toBe(200);
    expect(await service.exited).toBe(0);
  });

  it('cuts off what outlives SHUTDOWN_GRACE', async () => {
    const service = await start({ SHUTDOWN_GRACE: '300ms' });
    const code = await stranger(simulator).code();
    await simulator.fault({ path: '/sns/jscode2session', delayMs: 2800 });
    const slow = service.api('POST', '/auth/wechat/mini-program', { code }).then(
      () => 'answered',
      () => 'cut off',
    );
    await sleep(100);
    const asked = Date.now();
    service.kill('SIGTERM');
    expect(await slow).toBe('cut off');
    expect(await service.exited).toBe(0);
    expect(Date.now() - asked).toBeLessThan(2500);
  });

  it('logs one JSON line a request with its trace id, and no secret', async () => {
    const service = await start({ LOG_LEVEL: 'trace' });
    const someone = stranger(simulator);
    const code = await someone.code();
    const login = await service.api('POST', '/auth/wechat/mini-program', { code });
    const { accessToken, refreshToken, user } = login.data;
    await service.api('GET', '/users/me?token=in-the-query', undefined, { token: accessToken });
    for (const start of ['%3Ftoken=', '%3ftoken=', ';token='])
      await service.api('GET', `/nowhere${start}in-the-query${'x'.repeat(5000)}`);
    await service.api('GET', `/${'long'.repeat(2000)}`);
    await service.api('POST', '/auth/refresh', { refreshToken });
    await simulator.fault({ path: '/sns/jscode2session', errcode: 40125 });
    await someone.logIn(service);
    await service.api('POST', '/auth/wechat/mini-program', { code });
    await simulator.fault({ path: '/sns/jscode2session', reset: true });
    await someone.logIn(service);
    service.kill('SIGTERM');
    await service.exited;

    const lines = service
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    const ofLogin = lines.filter(({ traceId }) => traceId === login.json.traceId);
    expect(ofLogin.filter(({ msg }) => msg === 'request')).toEqual([
      expect.objectContaining({ method: 'POST', path: '/api/v1/auth/wechat/mini-program', status: 200 }),
    ]);
    expect(lines.find(({ path }) => path === '/api/v1/users/me')).toMatchObject({
      status: 200,
      userId: user.id,
    });
    expect(Math.max(...lines.map(({ path }) => String(path).length))).toBe(256);
    const { body } = (await simulator.calls()).find(({ path }) => path === '/sns/jscode2session')!.answer as {
      body: string;
    };
    // WeChat's own words stand in the log alone.
    expect(lines.some(({ msg }) => /wechat_code_used.*code been used/.test(String(msg)))).toBe(true);
    const secrets = [
      code,
      accessToken,
      refreshToken,
      'in-the-query',
      miniProgram.appSecret,
      encryptionKey,
      'eyJ',
    ];
    const { openid } = JSON.parse(body);
    for (const secret of [...secrets, openid]) expect(service.output()).not.toContain(secret);
  });

  it('starts on a port that is taken with a word, not with a crash report', async () => {
    const service = await start();
    const second = await spawnService({ ...env, PORT: new URL(service.base).port });
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('EADDRINUSE');
  });
});

describe('the built service refuses to start', () => {
  const refusal = async (env: Record<string, string>) => {
    const service = await spawnService(env, newFolder());
    return { exit: await service.exited, output: service.output() };
  };

  it('with exit 78 and every fault at once, without a secret', async () => {
    const { exit, output } = await refusal({
      NODE_ENV: 'production',
      PORT: 'http',
      SIMULATOR: 'true',
      REPLICAS: '3',
      WECHAT_WEBSITE_APP_ID: 'wx0123456789abcdef',
      WECHAT_APPS: '[{"kind":"mini-program","appId":"wx0123456789abcdee","appSecret":"short9secret"}]',
    });
    expect(exit).toBe(78);
    for (const name of [
      'PORT',
      'SIMULATOR',
      'REDIS_URL',
      'DATABASE_URL',
      'ENCRYPTION_KEYS',
      'WECHAT_WEBSITE_APP_SECRET',
      'WECHAT_APPS',
    ]) {
      expect(output).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
    expect(output).not.toContain('short9secret');
  });

  it('with exit 78 where migrations are pending, which the command then applies', async () => {
    const storage = await shared.open();
    const simulator = await startSimulator();
    const env = { ...productionEnv(simulator), ...storage.env, DATABASE_MIGRATE: 'false' };
    const { exit, output } = await refusal({ ...env, PORT: String(await freePort()) });
    expect([exit, output]).toEqual([78, expect.stringContaining('CreateUsersAndSessions')]);
    const { DATABASE_URL } = storage.env;
    const migrate = (command: string) => runScript('migrate.js', [command], { DATABASE_URL: DATABASE_URL! });
    expect(await migrate('show')).toMatchObject({
      exit: 0,
      output: expect.stringContaining('[ ] CreateUsersAndSessions'),
    });
    expect(await migrate('run')).toMatchObject({
      exit: 0,
      output: expect.stringMatching(/applied: .*\n\[x\]/),
    });
    expect(await migrate('run')).toMatchObject({
      exit: 0,
      output: expect.stringContaining('nothing applied'),
    });
    expect(await migrate('sideways')).toMatchObject({ exit: 64 });
    const service = await startProcess(env);
    await service.end();
    expect(await migrate('revert')).toMatchObject({ exit: 0, output: expect.stringContaining('reverted: ') });
    await simulator.close();
    await storage.close();
  });

  it('with exit 78 where the ENCRYPTION_KEYS do not open the keys in the database', async () => {
    const folder = newFolder();
    const simulator = await startSimulator();
    const env = { ...productionEnv(simulator), DATABASE_URL: `sqlite:${folder}/wxpass.db` };
    const service = await startProcess(env, folder);
    await service.end();
    const other = Buffer.from(encryptionKey, 'base64').reverse().toString('base64');
    const { exit, output } = await refusal({
      ...env,
      PORT: String(await freePort()),
      ENCRYPTION_KEYS: `k1:${other}`,
    });
    await simulator.close();
    expect(exit).toBe(78);
    expect(output).toContain('ENCRYPTION_KEYS does not open');
  });
});

it('the simulator runs alone, says how to point a service to it, and stops when asked', async () => {
  const port = String(await freePort());
  const alone = await spawnScript('simulator/main.js', [], { PORT: port });
  for (let i = 0; i < 100 && !alone.output().includes('WECHAT_API_URL'); i++) await sleep(50);
  expect(alone.output()).toContain(`WECHAT_API_URL=http://localhost:${port}/simulator`);
  const response = await fetch(`http://127.0.0.1:${port}/simulator/sns/jscode2session`);
  expect(await response.json()).toMatchObject({ errcode: 41002 });
  alone.kill('SIGTERM');
  expect(await alone.exited).toBe(0);
});
