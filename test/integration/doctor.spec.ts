import { isDeepStrictEqual } from 'node:util';
import { conditions, type ConditionName } from '../../src/doctor/conditions.js';
import { diagnose } from '../../src/doctor/diagnose.js';
import type { Finding } from '../../src/doctor/finding.js';
import { textOf, type Report } from '../../src/doctor/report.js';
import { secretTexts } from '../../src/doctor/secret-texts.js';
import { schema } from '../../src/schema.js';
import { sealedColumns } from '../../src/sealed-columns.js';
import { clockProvocations } from '../support/doctor/clock.js';
import { configurationProvocations } from '../support/doctor/configuration.js';
import { databaseProvocations } from '../support/doctor/database.js';
import { DoctorTable } from '../support/doctor/doctor-table.js';
import { hostProvocations } from '../support/doctor/host.js';
import { keyProvocations } from '../support/doctor/keys.js';
import type { Provocation } from '../support/doctor/provocation.js';
import { publicUrlProvocations } from '../support/doctor/public-url.js';
import { redisProvocations } from '../support/doctor/redis.js';
import { wechatAppProvocations } from '../support/doctor/wechat-app.js';
import { wechatProvocations } from '../support/doctor/wechat.js';
import { World, type Env } from '../support/doctor/world.js';
import { startRedis, startSentinel } from '../support/services/redis.js';
import { runScript } from '../support/start-process.js';

const provocations: Provocation[] = [
  ...hostProvocations,
  ...configurationProvocations,
  ...databaseProvocations,
  ...redisProvocations,
  ...clockProvocations,
  ...keyProvocations,
  ...wechatProvocations,
  ...wechatAppProvocations,
  ...publicUrlProvocations,
];
const parts = { schema, sealedColumns };

describe('the doctor', () => {
  let world: World;
  const table = new DoctorTable();

  beforeAll(async () => {
    world = await World.create();
  }, 60_000);
  afterEach(() => world.undo());
  afterAll(async () => {
    await world?.close();
    // Jest shows what is logged with where from; a table is to be copied.
    if (process.env.DOCTOR_TABLE) process.stdout.write(`\n${table.toString()}\n`);
  });

  it('finds nothing wrong where nothing is, but that an address is no domain', async () => {
    const findings = await diagnose(world.env, parts);
    const unwell = findings.filter(({ status }) => status !== 'ok').map(({ id }) => id);
    expect(unwell).toEqual(['public-url-no-domain']);
    expect(findings.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'wechat-app',
        'wechat-ability',
        'redirect-domain',
        'verify-file',
        'push-address',
      ]),
    );
  });

  it.each(provocations)('says $condition: $how', async ({ condition, how, provoke, examine }) => {
    const env: Env = { ...world.env, ...(await provoke?.(world)) };
    const findings = examine ? await examine() : await diagnoseIn(env);
    const finding = findings.find(({ id }) => id === condition);
    const { status = 'ok', title, cause, remedy } = finding ?? {};
    expect({ condition, ids: findings.map(({ id }) => id), status }).toEqual({
      condition,
      ids: expect.arrayContaining([condition]),
      status: expect.stringMatching(/^(warn|fail)$/),
    });
    for (const words of [title, cause, remedy])
      expect([words?.zh, words?.en]).toEqual([
        expect.stringMatching(/^[^{}]+$/),
        expect.stringMatching(/^[^{}]+$/),
      ]);
    expectNoSecret(findings, env);
    table.add(how, finding!);
  });

  it('is brought to every condition it knows', () => {
    const provoked = new Set<ConditionName>(provocations.map(({ condition }) => condition));
    expect([...provoked].sort()).toEqual((Object.keys(conditions) as ConditionName[]).sort());
  });

  it('names the address that is to be put on the allow-list', async () => {
    const provocation = provocations.find(({ condition }) => condition === 'app-ip-not-listed')!;
    const findings = await diagnose({ ...world.env, ...(await provocation.provoke!(world)) }, parts);
    const { title, remedy } = findings.find(({ id }) => id === 'app-ip-not-listed')!;
    for (const words of [title, remedy!]) {
      expect(words.en).toContain('127.0.0.1');
      expect(words.zh).toContain('127.0.0.1');
    }
  });

  it('ends soon where everything is silent', async () => {
    const silent = `127.0.0.1:${await world.silence()}`;
    const env = {
      DATABASE_URL: `mysql://wxpass:password@${silent}/wxpass`,
      REDIS_URL: `redis://${silent}`,
      WECHAT_API_URL: `http://${silent}`,
      PUBLIC_URL: `http://${silent}`,
    };
    const started = performance.now();
    const findings = await diagnose({ ...world.env, ...env }, parts);
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(findings.filter(({ status }) => status === 'fail').map(({ id }) => id)).toEqual([
      'database-unreachable',
      'redis-unreachable',
      'wechat-unreachable',
      'public-url-unreachable',
    ]);
    const skippedIds = findings.filter(({ status }) => status === 'skipped').map(({ id }) => id);
    expect(skippedIds).toEqual(
      expect.arrayContaining(['migrations', 'signing-keys', 'wechat-app', 'public-paths']),
    );
  });

  it('asks the master that sentinels name', async () => {
    const redis = await startRedis();
    world.afterwards(() => redis.stop());
    const sentinel = await startSentinel(redis.port);
    world.afterwards(() => sentinel.stop());
    const findings = await diagnose({ ...world.env, REDIS_URL: sentinel.url }, parts);
    expect(findings.find(({ id }) => id === 'redis')?.status).toBe('ok');
  });

  it('spends no code, forces no token and leaves those of cgi-bin/token alone', async () => {
    const newest = (await world.service.simulator.calls()).at(-1);
    await diagnose(world.env, parts);
    const all = await world.service.simulator.calls();
    const calls = all.slice(all.findIndex((call) => isDeepStrictEqual(call, newest)) + 1);
    const asked = calls.map(({ path, query }) => ({ path, appid: query.appid, code: query.code }));
    expect(asked.filter(({ path }) => path === '/cgi-bin/token')).toEqual([
      { path: '/cgi-bin/token', appid: undefined, code: undefined },
    ]);
    expect(JSON.stringify(calls)).not.toContain('"force_refresh":true');
    const codes = asked.filter(({ path }) => path.startsWith('/sns/')).map(({ code }) => code);
    expect(codes.length).toBeGreaterThan(0);
    expect(asked.map(({ path }) => path)).not.toContain('/sns/jscode2session');
  });

  /** NODE_EXTRA_CA_CERTS counts only for a process that starts with it. */
  async function diagnoseIn(env: Env): Promise<Finding[]> {
    if (!env.NODE_EXTRA_CA_CERTS) return diagnose(env, parts);
    const said = async (language: 'zh' | 'en') => {
      const { exit, output } = await runScript('doctor.js', ['--json', '--lang', language], env);
      const report = JSON.parse(output) as Report;
      expect(exit).toBe(report.ok ? 0 : 1);
      return report.checks;
    };
    const [zh, en] = [await said('zh'), await said('en')];
    return zh.map((check, place) => {
      const other = en[place]!;
      const words = (field: 'title' | 'cause' | 'remedy') => ({
        zh: check[field] ?? '',
        en: other[field] ?? '',
      });
      return {
        id: check.id,
        status: check.status,
        title: words('title'),
        cause: words('cause'),
        remedy: words('remedy'),
      };
    });
  }
});

function expectNoSecret(findings: Finding[], env: Env): void {
  const said = textOf(findings, 'zh') + textOf(findings, 'en') + JSON.stringify(findings);
  const shown = [...secretTexts(env), 'planted'].filter((secret) => said.includes(secret));
  expect(shown).toEqual([]);
}
