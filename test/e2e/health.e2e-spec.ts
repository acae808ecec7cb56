import { createDatabase } from '../support/services/database.js';
import { startMariadb } from '../support/services/mariadb.js';
import { startRedis } from '../support/services/redis.js';
import type { ThrowawayServer } from '../support/services/throwaway-server.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { backends, shared, type Backend } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';

describe.each(backends)('health on $name', (backend) => {
  it.each(['/health', '/health/live', '/health/ready'])('%s is ok in Terminus’ own form', async (path) => {
    const service = await startService(backend);
    const answer = await fetch(service.base + path);
    const body = await answer.json();
    await service.close();
    expect(answer.status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      info: expect.any(Object),
      error: {},
      details: expect.any(Object),
    });
  });

  it('does not depend on WeChat', async () => {
    const service = await startService(backend, { env: { WECHAT_API_URL: 'http://127.0.0.1:9' } });
    const ready = await fetch(`${service.base}/health/ready`);
    await service.close();
    expect(ready.status).toBe(200);
  });
});

describe('when what the service stands on goes away', () => {
  let mariadb: ThrowawayServer;
  let redis: ThrowawayServer;
  let service: RunningService;
  let token: string;

  beforeAll(async () => {
    [mariadb, redis] = await Promise.all([startMariadb(), startRedis()]);
    const own: Backend = {
      name: 'servers of this test',
      async open() {
        const { url } = await createDatabase(mariadb.url);
        return {
          env: { DATABASE_URL: url, DATABASE_MIGRATE: 'true', REDIS_URL: redis.url },
          close: async () => undefined,
        };
      },
    };
    service = await startService(own);
    token = (await stranger(service.simulator).logIn(service)).data.accessToken;
  });
  afterAll(async () => {
    await service?.close();
    await mariadb?.stop();
    await redis?.stop();
  });

  const me = () => service.api('GET', '/users/me', undefined, { token });
  const readiness = async () => (await fetch(`${service.base}/health/ready`)).status;
  const until = async (limitMs: number, good: () => Promise<boolean>) => {
    const started = Date.now();
    while (!(await good())) {
      if (Date.now() - started > limitMs) throw new Error(`not within ${limitMs} ms`);
      await sleep(50);
    }
  };
  const timed = async <Result>(work: () => Promise<Result>) => {
    const started = Date.now();
    const result = await work();
    return { result, ms: Date.now() - started };
  };

  it('a Redis that is gone is not ready; sessions stand, and logins, which must be counted, are a 503', async () => {
    const login = await stranger(service.simulator).logIn(service);
    redis.kill('SIGKILL');
    await until(3000, async () => (await readiness()) === 503);
    expect((await fetch(`${service.base}/health/live`)).status).toBe(200);
    const answers = await Promise.all(Array.from({ length: 50 }, me));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(50);
    const refreshed = await service.api('POST', '/auth/refresh', { refreshToken: login.data.refreshToken });
    expect(refreshed.status).toBe(200);
    const out = await timed(() =>
      service.api('POST', '/auth/logout', undefined, { token: login.data.accessToken }),
    );
    expect(out.result.status).toBe(200);
    expect(await stranger(service.simulator).logIn(service)).toMatchObject({
      status: 503,
      error: 'dependency_unavailable',
    });
    const needsStore = await stranger(service.simulator).logIn(service, {
      headers: { 'idempotency-key': 'k'.repeat(20) },
    });
    expect(needsStore).toMatchObject({ status: 503, error: 'dependency_unavailable' });
    await redis.restart();
    await until(5000, async () => (await readiness()) === 200);
  });

  it('a Redis that is frozen holds no request longer than 3 s', async () => {
    redis.kill('SIGSTOP');
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, () => timed(me)));
      expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(3000);
      expect(answers.filter(({ result }) => result.status === 200)).toHaveLength(20);
    } finally {
      redis.kill('SIGCONT');
    }
    await until(5000, async () => (await readiness()) === 200);
  });

  it('a database that is frozen or gone is a 503 within 3 s, and is used again when it is back', async () => {
    mariadb.kill('SIGSTOP');
    await sleep(600);
    const frozen = await Promise.all(Array.from({ length: 20 }, () => timed(me)));
    mariadb.kill('SIGKILL');
    await until(3000, async () => (await readiness()) === 503);
    const gone = await Promise.all(Array.from({ length: 20 }, () => timed(me)));
    for (const { result, ms } of [...frozen, ...gone]) {
      expect(result).toMatchObject({ status: 503, error: 'dependency_unavailable' });
      expect(result.text).not.toMatch(/ECONN|PROTOCOL|mysql|at /);
      expect(ms).toBeLessThan(3000);
    }
    await mariadb.restart();
    await until(2000, async () => (await stranger(service.simulator).logIn(service)).status === 200);
    expect(await me()).toMatchObject({ status: 200 });
  });
});

it('a store that was away at the start is listened to once it is there', async () => {
  const redis = await startRedis();
  const own: Backend = {
    name: 'a Redis that comes late',
    open: async () => {
      const storage = await shared.open();
      return { env: { ...storage.env, REDIS_URL: redis.url }, close: () => storage.close() };
    },
  };
  redis.kill('SIGKILL');
  await sleep(100);
  const service = await startService(own, { replicas: 2 });
  try {
    await redis.restart();
    await until503Ends(service);
    await sleep(1500);
    const { data } = await stranger(service.simulator).logIn(service.replicas[0]!);
    const me = () => service.replicas[1]!.api('GET', '/users/me', undefined, { token: data.accessToken });
    expect(await me()).toMatchObject({ status: 200 });
    await service.replicas[0]!.api('POST', '/auth/logout', undefined, { token: data.accessToken });
    await sleep(100);
    expect(await me()).toMatchObject({ status: 401, error: 'session_ended' });
  } finally {
    await service.close();
    await redis.stop();
  }
});

async function until503Ends(service: RunningService): Promise<void> {
  for (let i = 0; i < 100; i++, await sleep(50)) {
    const all = await Promise.all(service.replicas.map(({ base }) => fetch(`${base}/health/ready`)));
    if (all.every(({ status }) => status === 200)) return;
  }
}
