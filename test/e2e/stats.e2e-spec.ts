import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { LoginCountEntity } from '../../src/audit/login-count.entity.js';
import { backends } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { Machine } from '../support/machine.js';
import { newOperator } from '../support/operators.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';
import { miniProgram, otherMiniProgram } from '../support/start-simulator.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const machine = new Machine('console', 'a secret of the console', 'admin');

describe.each(backends)('statistics on $name', (backend) => {
  let service: RunningService;
  let token: string;
  beforeAll(async () => {
    service = await startService(backend, { env: { API_CLIENTS: machine.entry } });
    token = (await newOperator(service, 'auditor')).accessToken;
  });
  afterAll(() => service?.close());

  const stats = (query = ''): Promise<Answer> =>
    service.api('GET', `/admin/stats${query}`, undefined, { token });
  /** What is said of one door today, once it says what is awaited: counts are written a moment later. */
  async function today(appId: string, outcome: string, awaited: number): Promise<any> {
    for (let i = 0; ; i++, await sleep(50)) {
      const { data } = await stats();
      const found = data.logins.filter((one: any) => one.appId === appId && one.outcome === outcome);
      if (found.at(-1)?.count === awaited || i === 40) return found.at(-1);
    }
  }

  it('count logins by door and outcome as they happen', async () => {
    const someone = stranger(service.simulator);
    for (let i = 0; i < 3; i++) await someone.logIn(service, { appId: otherMiniProgram.appId });
    const body = { code: 'never-given-out', appId: otherMiniProgram.appId };
    await service.api('POST', '/auth/wechat/mini-program', body);
    const { appId } = otherMiniProgram;
    const at = new Date(Math.floor(Date.now() / dayMs) * dayMs).toISOString();
    expect(await today(appId, 'success', 3)).toEqual({
      at,
      appId,
      door: 'mini-program',
      outcome: 'success',
      count: 3,
    });
    expect(await today(appId, 'failure', 1)).toMatchObject({ door: 'mini-program', count: 1 });
    expect(await today(miniProgram.appId, 'success', 1)).toMatchObject({ count: 1 });
  });

  it('say how many sessions stand and how many users there are, a few seconds later at most', async () => {
    const before = (await stats()).data;
    const someone = stranger(service.simulator);
    const first = (await someone.logIn(service)).data;
    await someone.logIn(service);
    await service.api('POST', '/auth/logout', undefined, { token: first.accessToken });
    let after = before;
    for (let i = 0; i < 60 && after.users.active === before.users.active; i++, await sleep(200)) {
      after = (await stats()).data;
    }
    expect(after.users).toEqual({ active: before.users.active + 1, locked: before.users.locked });
    expect(after.activeSessions).toBe(before.activeSessions + 1);
  });

  it('are of the last seven days by day unless something else is asked for', async () => {
    const { status, data } = await stats();
    expect([status, data.interval]).toEqual([200, 'day']);
    const to = Math.ceil(Date.now() / dayMs) * dayMs;
    expect(data).toMatchObject({
      from: new Date(to - 7 * dayMs).toISOString(),
      to: new Date(to).toISOString(),
    });
  });

  it('are told by hour or by day in UTC, for a range that grows to whole ones', async () => {
    const start = Date.UTC(2026, 0, 10);
    const row = { appId: 'wxpass', outcome: 'failure', count: 5 } as const;
    const times = [start - hourMs, start, start + 23 * hourMs, start + dayMs];
    const rows = times.map((hour) => ({ hour, ...row }));
    const former = { hour: start, appId: 'wxffffffffffffffff', outcome: 'success', count: 2 } as const;
    const noDoor = { hour: start, appId: '', outcome: 'failure', count: 1 } as const;
    await service.app.get(DataSource).manager.insert(LoginCountEntity, [...rows, former, noDoor]);

    const byDay = await stats('?from=2026-01-10T09:30:00%2B01:00&to=2026-01-10T12:00:00Z');
    expect(byDay.data).toMatchObject({ from: '2026-01-10T00:00:00.000Z', to: '2026-01-11T00:00:00.000Z' });
    const at = '2026-01-10T00:00:00.000Z';
    expect(byDay.data.logins).toEqual([
      { at, appId: null, door: 'unknown', outcome: 'failure', count: 1 },
      { at, appId: former.appId, door: 'unknown', outcome: 'success', count: 2 },
      { at, appId: 'wxpass', door: 'password', outcome: 'failure', count: 10 },
    ]);
    const byHour = await stats('?from=2026-01-10T23:10:00Z&to=2026-01-11T00:00:01Z&interval=hour');
    expect(byHour.data).toMatchObject({ from: '2026-01-10T23:00:00.000Z', to: '2026-01-11T01:00:00.000Z' });
    expect(byHour.data.logins.map((one: any) => [one.at, one.count])).toEqual([
      ['2026-01-10T23:00:00.000Z', 5],
      ['2026-01-11T00:00:00.000Z', 5],
    ]);
  });

  it.each([
    '?from=yesterday',
    '?to=2026-13-01',
    '?interval=minute',
    '?nonsense=1',
    '?from=2026-01-02&to=2026-01-02',
    '?from=2026-01-03&to=2026-01-02',
    '?from=2026-01-02T09:00:00Z&to=2026-01-02T08:00:00Z',
    '?from=2999-01-01',
    '?from=2025-01-01&to=2026-02-06',
    '?from=2026-01-01&to=2026-02-02&interval=hour',
  ])('refuse %s', async (query) => {
    expect(await stats(query)).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it.each(['?from=2025-01-01&to=2026-02-05', '?from=2026-01-01&to=2026-02-01&interval=hour'])(
    'take %s, which is as long as they go',
    async (query) => {
      expect((await stats(query)).status).toBe(200);
    },
  );

  it('are for administrators, auditors and machine clients of scope admin alone', async () => {
    const admin = await newOperator(service, 'admin');
    const user = await newOperator(service, 'user');
    const as = (bearer: string) => service.api('GET', '/admin/stats', undefined, { token: bearer });
    expect((await as(admin.accessToken)).status).toBe(200);
    expect(await as(user.accessToken)).toMatchObject({ status: 403, error: 'forbidden' });
    expect(await service.api('GET', '/admin/stats')).toMatchObject({ status: 401 });
    const basic = await service.api('GET', '/admin/stats', undefined, { headers: machine.basic() });
    expect(basic.status).toBe(200);
  });
});
