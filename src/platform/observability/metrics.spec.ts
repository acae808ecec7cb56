import { setTimeout as sleep } from 'node:timers/promises';
import { counters } from './metric-catalogue.js';
import { Metrics } from './metrics.js';

let metrics: Metrics;
beforeEach(() => {
  metrics = new Metrics();
});

/** The lines of a metric that are not comments. */
const samples = async (name: string) =>
  (await metrics.text()).split('\n').filter((line) => new RegExp(`^${name}\\b`).test(line));

describe('counters', () => {
  it('begin at 0 where all their labels are known beforehand', async () => {
    const reasons = counters.sessionsEnded.labels.reason;
    const lines = reasons.map((reason) => `wxpass_sessions_ended_total{reason="${reason}"} 0`);
    expect(await samples('wxpass_sessions_ended_total')).toEqual(lines);
    expect(await samples('wxpass_refresh_reuse_total')).toEqual(['wxpass_refresh_reuse_total 0']);
    expect(await samples('wxpass_logins_total')).toEqual([]);
  });

  it('count by their labels', async () => {
    metrics.count('logins', { door: 'mobile', outcome: 'success' });
    metrics.count('logins', { door: 'mobile', outcome: 'success' }, 2);
    metrics.count('logins', { door: 'scan', outcome: 'user_locked' });
    expect(await samples('wxpass_logins_total')).toEqual([
      'wxpass_logins_total{door="mobile",outcome="success"} 3',
      'wxpass_logins_total{door="scan",outcome="user_locked"} 1',
    ]);
  });

  it('are those of one service alone', async () => {
    metrics.count('scans', { status: 'pending' });
    metrics = new Metrics();
    expect(await samples('wxpass_scans_total')).toContain('wxpass_scans_total{status="pending"} 0');
  });
});

describe('gauges', () => {
  it('are read anew at each scrape, and what has gone is left out', async () => {
    let circuits = [
      { host: 'a', kind: 'sns', value: 0 },
      { host: 'b', kind: 'sns', value: 1 },
    ];
    metrics.read('circuitOpen', () => circuits);
    expect(await samples('wxpass_circuit_open')).toEqual([
      'wxpass_circuit_open{host="a",kind="sns"} 0',
      'wxpass_circuit_open{host="b",kind="sns"} 1',
    ]);
    circuits = [{ host: 'b', kind: 'sns', value: 0 }];
    expect(await samples('wxpass_circuit_open')).toEqual(['wxpass_circuit_open{host="b",kind="sns"} 0']);
  });

  it.each<[string, () => Promise<never>]>([
    ['rejects', async () => Promise.reject(new Error('the database is away'))],
    [
      'throws',
      () => {
        throw new Error('at once');
      },
    ],
    ['never answers', () => new Promise<never>(() => undefined)],
  ])('whose reading %s are left out of a scrape that comes in time', async (_, reading) => {
    let isAway = false;
    metrics.read('sessions', () => (isAway ? reading() : [{ value: 7 }]));
    metrics.read('passwordsWaiting', () => [{ value: 3 }]);
    expect(await samples('wxpass_sessions')).toEqual(['wxpass_sessions 7']);
    isAway = true;
    const began = performance.now();
    expect(await samples('wxpass_sessions')).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1_800);
    expect(await samples('wxpass_password_queue_waiting')).toEqual(['wxpass_password_queue_waiting 3']);
    isAway = false;
    expect(await samples('wxpass_sessions')).toEqual(['wxpass_sessions 7']);
  });

  it('are right for whoever scrapes at the same time', async () => {
    metrics.read('users', async () => {
      await sleep(10);
      return [{ status: 'active', value: 5 }];
    });
    const texts = await Promise.all(Array.from({ length: 20 }, () => metrics.text()));
    for (const text of texts) expect(text).toContain('\nwxpass_users{status="active"} 5\n');
  });
});

it('a duration falls into the buckets above it', async () => {
  metrics.observe('wechatRequestDuration', { endpoint: '/sns/jscode2session' }, 0.2);
  const lines = await samples('wxpass_wechat_request_duration_seconds_bucket');
  expect(lines.filter((line) => line.endsWith(' 0'))).toHaveLength(3);
  expect(lines.filter((line) => line.endsWith(' 1'))).toHaveLength(7);
});
