import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { counters, gauges, histograms } from '../../src/platform/observability/metric-catalogue.js';
import { backends, embedded, type Backend } from '../support/backends.js';
import { browser } from '../support/browser.js';
import { doors, knock } from '../support/doors.js';
import { stranger } from '../support/person.js';
import { pushEnv, pushingTo, sealedApp } from '../support/push.js';
import { computer, events, phone, scanByWechat, socket } from '../support/scan.js';
import { growth, Scrape } from '../support/scrape.js';
import { createDatabase } from '../support/services/database.js';
import { startMariadb } from '../support/services/mariadb.js';
import { type RunningService, startService } from '../support/start-service.js';
import { appOf, miniProgram } from '../support/start-simulator.js';

const password = 'correct horse battery staple';
const catalogue = [...Object.values(counters), ...Object.values(gauges), ...Object.values(histograms)];

let count = 0;
const newName = () => `metric.person.${process.pid}.${++count}`;

async function until(holds: () => Promise<boolean>, withinMs = 5_000): Promise<void> {
  for (const end = Date.now() + withinMs; !(await holds()); await sleep(50)) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms`);
  }
}

describe.each(backends)('metrics on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, {
      env: { REGISTER_LIMIT: '10000/1h', SCAN_LIMIT: '10000/1m', SCAN_TTL: '2s' },
    });
  });
  afterAll(() => service?.close());

  const grown = (prefix: string, work: () => Promise<unknown>) => growth(service, prefix, work);
  const tokenOf = async () => (await stranger(service.simulator).logIn(service)).data.accessToken as string;
  const post = (path: string, body?: object, token?: string) =>
    service.api('POST', path, body, token === undefined ? {} : { token });

  it('are Prometheus’ text, outside of envelope and limits', async () => {
    const answer = await fetch(`${service.base}/metrics`);
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect([...answer.headers.keys()].filter((name) => name.startsWith('ratelimit'))).toEqual([]);
    expect(text).toMatch(/^# HELP /);
    expect(text).not.toContain('traceId');
  });

  it('are all that the catalogue lists, and Node’s own with the delay of the event loop', async () => {
    const { text } = await Scrape.of(service);
    const told = [...text.matchAll(/^# HELP (wxpass_\w+) (.*)$/gm)].map(([, name, help]) => [name, help]);
    expect(told.sort()).toEqual(catalogue.map(({ name, help }) => [name, help]).sort());
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \S+$/m);
    expect(text).toMatch(/^process_resident_memory_bytes \S+$/m);
    expect(text).toMatch(/^wxpass_build_info\{version="\d+\.\d+\.\d+",node="v\d+\.\d+\.\d+"\} 1$/m);
  });

  it('begin at 0 where all labels are known, so that the first event is an increase', async () => {
    const scrape = await Scrape.of(service);
    expect(scrape.value('wxpass_refresh_reuse_total')).toBe(0);
    expect(scrape.value('wxpass_audit_dropped_entries_total')).toBe(0);
    for (const limit of counters.rateLimited.labels.limit) {
      expect(scrape.value(`wxpass_rate_limited_total{limit="${limit}"}`)).toBe(0);
    }
  });

  it.each(doors)(
    'count logins by $name, sessions opened, and the login code that carries some',
    async (door) => {
      const { name } = stranger(service.simulator);
      const isRedirect = door.kind === 'website' || door.kind === 'official-account';
      const success = (kind: string) => `{door="${kind}",outcome="success"}`;
      const good = async () => {
        const knocking = await knock(service, door, name);
        expect(
          await grown('wxpass_sessions_opened_total', async () => (await knocking.enter()).status),
        ).toEqual({ [`{door="${door.kind}"}`]: 1 });
      };
      expect(await grown('wxpass_logins_total', good)).toEqual({
        [success(door.kind)]: 1,
        ...(isRedirect && { [success('login-code')]: 1 }),
      });
      await service.simulator.fault({ errcode: 40029 });
      const bad = async () => (await knock(service, door, name)).ask();
      expect(await grown('wxpass_logins_total', bad)).toEqual({
        [`{door="${door.kind}",outcome="wechat_code_invalid"}`]: 1,
      });
    },
  );

  it('count logins by password, and none for a registration or a link', async () => {
    const username = newName();
    const register = async () => {
      expect((await post('/auth/register', { username, password })).status).toBe(201);
      const token = await tokenOf();
      const code = await service.simulator.code(stranger(service.simulator).name, { kind: 'mobile' });
      const link = { kind: 'mobile', appId: appOf('mobile').appId, code };
      expect((await post('/users/me/identities', link, token)).status).toBe(201);
    };
    expect(await grown('wxpass_logins_total', register)).toEqual({
      '{door="mini-program",outcome="success"}': 1,
    });
    const logIn = async () => {
      await post('/auth/login', { username, password });
      await post('/auth/login', { username, password: 'not that one' });
    };
    expect(await grown('wxpass_logins_total', logIn)).toEqual({
      '{door="password",outcome="success"}': 1,
      '{door="password",outcome="invalid_credentials"}': 1,
    });
  });

  it('count scans by each status, and logins by them', async () => {
    const { confirm, reject, scanned } = phone(service, await tokenOf());
    const work = async () => {
      const pc = await computer(service);
      await scanned(pc.scanId);
      await confirm(pc.scanId);
      expect((await confirm(pc.scanId)).error).toBe('scan_state');
      await pc.exchange((await pc.ask()).data.loginCode);
      const unwanted = await computer(service);
      await scanned(unwanted.scanId);
      await reject(unwanted.scanId);
      const left = await computer(service);
      await service.api('DELETE', left.path, undefined, { headers: left.byToken });
      await computer(service);
      await sleep(2_300);
    };
    let logins = {};
    const scans = await grown('wxpass_scans_total', async () => {
      logins = await grown('wxpass_logins_total', work);
    });
    const by = { pending: 4, scanned: 2, confirmed: 1, rejected: 1, cancelled: 1, expired: 1 };
    expect(scans).toEqual(
      Object.fromEntries(Object.entries(by).map(([status, n]) => [`{status="${status}"}`, n])),
    );
    expect(logins).toEqual({
      '{door="scan",outcome="success"}': 1,
      '{door="scan",outcome="scan_state"}': 1,
      '{door="login-code",outcome="success"}': 1,
    });
  });

  it('show who waits for a scan, by transport', async () => {
    const pc = await computer(service);
    const waiting = async () => {
      const scrape = await Scrape.of(service);
      const of = (transport: string) => scrape.value(`wxpass_waiting_browsers{transport="${transport}"}`);
      return [of('long-poll'), of('event-stream'), of('web-socket')].join();
    };
    expect(await waiting()).toBe('0,0,0');
    const poll = pc.ask('?wait=30&status=pending');
    const stream = events(service, pc.path, pc.byToken);
    const others = [1, 2].map(() => socket(service, pc.path, { first: pc.scanToken }));
    await until(async () => (await waiting()) === '1,1,2');
    await service.api('DELETE', pc.path, undefined, { headers: pc.byToken });
    await Promise.all([poll, stream.ended, ...others.map(({ ended }) => ended)]);
    await until(async () => (await waiting()) === '0,0,0');
  });

  it('count calls of WeChat by endpoint and by errcode, where it is a listed one', async () => {
    const endpoint = '/sns/jscode2session';
    const faults: [Record<string, unknown>, string][] = [
      [{ errcode: 40029 }, '40029'],
      [{ errcode: 7_654_321 }, 'other'],
      [{ errcode: 7_654_322 }, 'other'],
      [{ body: '<html>' }, 'malformed'],
      [{ status: 404, body: 'no' }, 'malformed'],
      [{ status: 502, body: 'no' }, 'http_5xx'],
      [{ reset: true }, 'network'],
    ];
    const work = async () => {
      for (const [fault] of faults) {
        await service.simulator.fault({ path: endpoint, ...fault });
        await stranger(service.simulator).logIn(service);
      }
      await tokenOf();
    };
    const sent = `wxpass_wechat_request_duration_seconds_count{endpoint="${endpoint}"}`;
    const before = (await Scrape.of(service)).value(sent) ?? 0;
    const of = (errcode: string) => `{endpoint="${endpoint}",errcode="${errcode}"}`;
    expect(await grown('wxpass_wechat_requests_total', work)).toEqual({
      [of('40029')]: 1,
      [of('other')]: 2,
      [of('malformed')]: 2,
      [of('http_5xx')]: 1,
      [of('network')]: 1,
      [of('0')]: 1,
    });
    expect((await Scrape.of(service)).value(sent)! - before).toBe(8);
  });

  it('show the age of an app token, and how often it was fetched', async () => {
    const someone = stranger(service.simulator);
    const { data } = await someone.logIn(service);
    const bind = async () => {
      const code = await service.simulator.phoneCode(someone.name);
      const answer = await post('/users/me/phone', { code, appId: miniProgram.appId }, data.accessToken);
      expect(answer.status).toBe(200);
    };
    const app = `{app="${miniProgram.appId}"`;
    expect(await grown('wxpass_app_token_refreshes_total', bind)).toEqual({
      [`${app},outcome="success"}`]: 1,
    });
    await sleep(100);
    const age = (await Scrape.of(service)).value(`wxpass_app_token_age_seconds${app}}`)!;
    expect(age).toBeGreaterThan(0.1);
    expect(age).toBeLessThan(30);
  });

  it('count ended sessions by reason, and spent refresh tokens that came back', async () => {
    const work = async () => {
      await post('/auth/logout', undefined, await tokenOf());
      const { data } = await stranger(service.simulator).logIn(service);
      let { refreshToken } = data;
      for (let i = 0; i < 2; i++)
        refreshToken = (await post('/auth/refresh', { refreshToken })).data.refreshToken;
      expect(await post('/auth/refresh', { refreshToken: data.refreshToken })).toMatchObject({
        error: 'refresh_token_reused',
      });
    };
    let reuse = {};
    const ended = await grown('wxpass_sessions_ended_total', async () => {
      reuse = await grown('wxpass_refresh_reuse_total', work);
    });
    expect(ended).toEqual({ '{reason="logged_out"}': 1, '{reason="refresh_token_reused"}': 1 });
    expect(reuse).toEqual({ '': 1 });
  });

  it('measure requests by the pattern of their route', async () => {
    const token = await tokenOf();
    const id = randomUUID();
    const prefix = 'wxpass_http_request_duration_seconds_count';
    const work = async () => {
      await service.api('GET', '/users/me', undefined, { token });
      await service.api('DELETE', `/sessions/${id}`, undefined, { token });
      await service.api('GET', `/nowhere/${id}`);
      await service.api('PUT', '/users/me');
    };
    expect(await grown(prefix, work)).toEqual({
      '{method="GET",route="/api/v1/users/me",status="200"}': 1,
      '{method="DELETE",route="/api/v1/sessions/:id",status="404"}': 1,
      '{method="GET",route="none",status="404"}': 1,
      '{method="PUT",route="/api/v1/users/me",status="405"}': 1,
      '{method="GET",route="/metrics",status="200"}': 1,
    });
  });

  it('count the users and sessions that the database has', async () => {
    await tokenOf();
    await until(async () => (await Scrape.of(service)).value('wxpass_sessions')! > 0, 12_000);
    const scrape = await Scrape.of(service);
    expect(scrape.value('wxpass_users{status="active"}')).toBeGreaterThan(0);
    expect(scrape.value('wxpass_users{status="locked"}')).toBe(0);
    expect(scrape.value('wxpass_password_queue_running')).toBe(0);
    expect(scrape.value('wxpass_password_queue_waiting')).toBe(0);
    await until(async () => (await Scrape.of(service)).value('wxpass_audit_waiting_entries') === 0);
  }, 20_000);
});

describe('metrics hold nothing of anybody', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(embedded, { env: { REGISTER_LIMIT: '10000/1h' } });
  });
  afterAll(() => service?.close());

  it('get no series from whatever a thousand strangers make up', async () => {
    const nonsense = async (i: number) => {
      const text = newName();
      await service.api('GET', `/${text}/${text}`);
      await fetch(`${service.base}/${text}?${text}=${text}`);
      await service.api('POST', '/auth/wechat/mini-program', { code: text, appId: miniProgram.appId });
      await service.api('POST', `/auth/wechat/${text}`, { code: text });
      await service.api('GET', `/auth/scans/${text}`, undefined, { headers: { 'x-scan-token': text } });
      await service.api('POST', '/auth/token', { loginCode: text });
      await service.api('POST', '/auth/refresh', { refreshToken: text });
      await browser(service).open(`/api/v1/auth/wechat/website/callback?code=${text}&state=${text}`);
      // Hashing a password takes a core.
      if (i % 25 === 0) await service.api('POST', '/auth/login', { username: text, password: text });
    };
    await nonsense(0);
    await Scrape.of(service);
    const before = (await Scrape.of(service)).counted();
    for (let i = 0; i < 1_000; i += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, k) => nonsense(i + k)));
    }
    const after = await Scrape.of(service);
    expect(after.counted()).toEqual(before);
    expect(after.text).not.toContain(`metric.person.${process.pid}`);
  }, 120_000);

  it('repeat no secret, and nothing that names a person', async () => {
    const planted = new Set<string>([service.env.ENCRYPTION_KEYS!.split(':')[1]!, miniProgram.appSecret]);
    const plant = <Text extends string>(text: Text): Text => {
      planted.add(text);
      return text;
    };
    const plantAll = (data: object) =>
      JSON.stringify(data, (_, value: unknown) =>
        typeof value === 'string' && value.length > 8 ? plant(value) : value,
      );
    const { name } = stranger(service.simulator);
    const code = plant(await service.simulator.code(name));
    const phoneCode = plant(await service.simulator.phoneCode(name, { phoneNumber: plant('13987654321') }));
    const body = { code, phoneCode, appId: miniProgram.appId, device: { name: plant('a phone of hers') } };
    const { data } = await service.api('POST', '/auth/wechat/mini-program', body);
    plantAll(data);
    plantAll((await knock(service, doors[2]!, name).then((knocking) => knocking.enter())).data);
    const account = {
      username: plant(newName()),
      password: plant(`${password} 7`),
      email: plant('ada@example.com'),
    };
    plantAll((await service.api('POST', '/auth/register', account)).data);
    await service.api('POST', '/auth/login', { ...account, password: plant('another password') });
    const pc = await computer(service);
    plant(pc.scanId);
    plant(pc.scanToken);
    await service.api('POST', `/auth/refresh?code=${plant('code-of-a-query')}`, data);
    await service.simulator.fault({ errcode: 40029, errmsg: plant('errmsg of a fault') });
    await stranger(service.simulator).logIn(service);
    for (const { answer } of await service.simulator.calls()) {
      const { body: said } = (answer ?? {}) as { body?: string };
      if (said?.startsWith('{')) plantAll(JSON.parse(said) as object);
    }
    const ordinary = new Set(['mini-program', 'snsapi_login', 'snsapi_userinfo', miniProgram.appId]);
    const { text } = await Scrape.of(service);
    expect(planted.size).toBeGreaterThan(30);
    expect([...planted].filter((secret) => text.includes(secret) && !ordinary.has(secret))).toEqual([]);
  });
});

describe('metrics with METRICS_TOKEN', () => {
  const token = 'a-token-for-scrapes';
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(embedded, { env: { METRICS_TOKEN: token, API_LIMIT: '20/1m' } });
  });
  afterAll(() => service?.close());

  const scrape = (authorization?: string) =>
    fetch(`${service.base}/metrics`, { headers: authorization === undefined ? {} : { authorization } });

  it.each([undefined, '', 'Bearer', `Bearer ${token}x`, `Bearer ${token.slice(1)}`, token, `Basic ${token}`])(
    'are not told to who shows %j',
    async (authorization) => {
      const answer = await scrape(authorization);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(await answer.text()).toBe('');
    },
  );

  it('are told to who shows it, however often, and say which limit refused others', async () => {
    for (let i = 0; i < 25; i++) expect((await scrape(`Bearer ${token}`)).status).toBe(200);
    for (let i = 0; i < 25; i++) await service.api('GET', '/users/me');
    expect(await (await scrape(`Bearer ${token}`)).text()).toContain(
      '\nwxpass_rate_limited_total{limit="api"} 5\n',
    );
  });
});

describe('metrics of a scan that an official account confirms by itself', () => {
  it('count one login by scan', async () => {
    const plainApps = (JSON.parse(pushEnv.WECHAT_APPS) as object[]).map((app) => ({
      ...app,
      encodingAesKey: undefined,
    }));
    const env = { WECHAT_APPS: JSON.stringify(plainApps), SCAN_OFFICIAL_ACCOUNT: 'direct' };
    const service = await startService(embedded, { env });
    try {
      await pushingTo(service).configure({ appId: sealedApp.appId, mode: 'plain', format: 'xml' });
      const pc = await computer(service, { body: { via: 'official-account' } });
      const push = () => scanByWechat(service, pc.scanId, stranger(service.simulator).name);
      expect(await growth(service, 'wxpass_logins_total', push)).toEqual({
        '{door="scan",outcome="success"}': 1,
      });
    } finally {
      await service.close();
    }
  });
});

describe('metrics of replicas', () => {
  it('are those of each process alone', async () => {
    const service = await startService(backends[1]!, { replicas: 2 });
    try {
      const [one, other] = service.replicas;
      const work = () => stranger(service.simulator).logIn(one!);
      expect(await growth(other!, 'wxpass_logins_total', work)).toEqual({});
      expect(await growth(one!, 'wxpass_logins_total', work)).toEqual({
        '{door="mini-program",outcome="success"}': 1,
      });
    } finally {
      await service.close();
    }
  });
});

describe('metrics while something is away', () => {
  it('show the open circuit of a WeChat that nobody reaches', async () => {
    const service = await startService(embedded, { env: { WECHAT_API_URL: 'http://127.0.0.1:9' } });
    try {
      const series = 'wxpass_circuit_open{host="127.0.0.1:9",kind="sns"}';
      for (let i = 0; i < 5; i++) {
        expect((await Scrape.of(service)).value(series)).toBe(i === 0 ? undefined : 0);
        await stranger(service.simulator).logIn(service);
      }
      expect((await Scrape.of(service)).value(series)).toBe(1);
      const refused = () => stranger(service.simulator).logIn(service);
      expect(await growth(service, 'wxpass_wechat_requests_total', refused)).toEqual({
        '{endpoint="/sns/jscode2session",errcode="circuit_open"}': 1,
      });
    } finally {
      await service.close();
    }
  });

  it('leave out what only the database knows, soon, and have it again', async () => {
    const mariadb = await startMariadb();
    const own: Backend = {
      name: 'a database of this test',
      open: async () => {
        const { url } = await createDatabase(mariadb.url);
        return { env: { DATABASE_URL: url, DATABASE_MIGRATE: 'true' }, close: async () => undefined };
      },
    };
    const service = await startService(own);
    try {
      await stranger(service.simulator).logIn(service);
      mariadb.kill('SIGSTOP');
      const began = performance.now();
      const { text } = await Scrape.of(service);
      expect(performance.now() - began).toBeLessThan(2_000);
      expect(text).not.toMatch(/^wxpass_(?:sessions|users)[ {]/m);
      expect(text).toMatch(/^wxpass_logins_total\{/m);
      mariadb.kill('SIGCONT');
      // What could not be counted is not counted again for some seconds.
      await until(async () => (await Scrape.of(service)).value('wxpass_sessions') === 1, 15_000);
    } finally {
      mariadb.kill('SIGCONT');
      await service.close();
      await mariadb.stop();
    }
  }, 60_000);
});
