import { setTimeout as sleep } from 'node:timers/promises';
import { shared } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';

describe('two replicas on one database and one Redis', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(shared, { replicas: 2, env: { REPLICAS: '2' } });
  });
  afterAll(() => service?.close());

  const [one, two] = [() => service.replicas[0]!, () => service.replicas[1]!];
  const either = (i: number) => service.replicas[i % 2]!;

  it('share their signing keys', async () => {
    const keys = await Promise.all(
      service.replicas.map(({ api }) => api('GET', '/.well-known/jwks.json').then(({ text }) => text)),
    );
    expect(keys[0]).toBe(keys[1]);
    const { data } = await stranger(service.simulator).logIn(one());
    expect(await two().api('GET', '/users/me', undefined, { token: data.accessToken })).toMatchObject({
      status: 200,
    });
  });

  it('make one user of 100 first logins spread over both', async () => {
    const crowd = stranger(service.simulator);
    const logins = await Promise.all(Array.from({ length: 100 }, (_, i) => crowd.logIn(either(i))));
    expect(new Set(logins.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(logins.map(({ data }) => data.user.id)).size).toBe(1);
    expect(logins.filter(({ data }) => data.isNewUser)).toHaveLength(1);
  });

  it('give one refresh token posted 100 times at once one successor, in 20 rounds', async () => {
    for (let round = 0; round < 20; round++) {
      const { data } = await stranger(service.simulator).logIn(either(round));
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          either(i).api('POST', '/auth/refresh', { refreshToken: data.refreshToken }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map((answer) => answer.data.refreshToken)).size).toBe(1);
      const token = answers[0]!.data.accessToken;
      expect(await either(round + 1).api('GET', '/users/me', undefined, { token })).toMatchObject({
        status: 200,
      });
    }
  }, 120_000);

  it('refuse within a second what was logged out on the other', async () => {
    const delays: number[] = [];
    for (let round = 0; round < 20; round++) {
      const { data } = await stranger(service.simulator).logIn(one());
      const me = () => two().api('GET', '/users/me', undefined, { token: data.accessToken });
      expect(await me()).toMatchObject({ status: 200 });
      await one().api('POST', '/auth/logout', undefined, { token: data.accessToken });
      const answered = Date.now();
      while ((await me()).status === 200) await sleep(5);
      delays.push(Date.now() - answered);
      expect(await me()).toMatchObject({
        status: 401,
        error: 'session_ended',
        data: { reason: 'logged_out' },
      });
    }
    expect(Math.max(...delays)).toBeLessThan(1000);
  });

  it('refuse it within a second also where the word of it never comes', async () => {
    const { KeyValueStore } = await import('../../src/platform/store/key-value-store.js');
    const { data } = await stranger(service.simulator).logIn(one());
    const me = () => two().api('GET', '/users/me', undefined, { token: data.accessToken });
    await me();
    const publish = jest
      .spyOn(one().app.get(KeyValueStore, { strict: false }), 'publish')
      .mockResolvedValue(undefined);
    await one().api('POST', '/auth/logout', undefined, { token: data.accessToken });
    publish.mockRestore();
    await sleep(1000);
    expect(await me()).toMatchObject({ status: 401, error: 'session_ended' });
  });

  it('count API_LIMIT together', async () => {
    const [a, b] = [
      await service.addReplica({ API_LIMIT: '10/1m' }),
      await service.addReplica({ API_LIMIT: '10/1m' }),
    ];
    const { data } = await stranger(service.simulator).logIn(one());
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        (i % 2 ? a : b).api('GET', '/users/me', undefined, { token: data.accessToken }),
      ),
    );
    // The login itself was counted for its address, not for the user.
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.error).toBe('too_many_requests');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit-limit')).toBe('10');
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
  });
});
