import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { backends, embedded, type OpenBackend } from '../support/backends.js';
import { browser, placeOf } from '../support/browser.js';
import { doors, knock, linkBy } from '../support/doors.js';
import { FakeWechat, json, refusal, rid, silence } from '../support/fake-wechat.js';
import { type ExportedSpan, type OtlpCollector, startCollector } from '../support/otlp-collector.js';
import { person, stranger } from '../support/person.js';
import { plainApp, privacyEvent, pushEnv, signedPush } from '../support/push.js';
import { computer, events, phone, socket } from '../support/scan.js';
import { freePort } from '../support/services/probe.js';
import { newFolder, type RunningProcess, startProcess } from '../support/start-process.js';
import { miniProgram, type RunningSimulator, startSimulator } from '../support/start-simulator.js';
import { tracesOf } from '../support/traces.js';

const key = Buffer.alloc(32, 'wxpass-traces').toString('base64');
const login = '/api/v1/auth/wechat/mini-program';

const settings = {
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PUBLIC_URL: 'https://login.example.test',
  ENCRYPTION_KEYS: `traces:${key}`,
  ...pushEnv,
  WECHAT_TIMEOUT: '1s',
  API_LIMIT: '1000000/1m',
  LOGIN_LIMIT_IP: '1000000/1m',
  LOG_FORMAT: 'json',
};

const isServer = ({ kind }: ExportedSpan) => kind === 2;

/** Whether a span lies below another, however deep. */
function liesBelow(span: ExportedSpan, above: ExportedSpan, all: ExportedSpan[]): boolean {
  const parent = all.find(({ spanId }) => spanId === span.parentSpanId);
  return parent !== undefined && (parent === above || liesBelow(parent, above, all));
}

describe.each(backends)('the traces of a service on $name', (backend) => {
  let storage: OpenBackend;
  let simulator: RunningSimulator;
  let collector: OtlpCollector;
  let service: RunningProcess;
  beforeAll(async () => {
    storage = await backend.open();
    simulator = await startSimulator();
    collector = await startCollector();
    service = await startProcess({
      ...settings,
      ...storage.env,
      WECHAT_API_URL: simulator.url,
      WECHAT_OPEN_URL: simulator.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-key=opens%20the%20collector',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    });
  });
  afterAll(async () => {
    await service?.end();
    await collector?.close();
    await simulator?.close();
    await storage?.close();
  });

  const database = backend === embedded ? 'sqlite' : 'mariadb';

  it('show a login with its database, Redis and WeChat below it, in the trace of the answer and the log', async () => {
    const { json: answer, headers } = await stranger(simulator).logIn(service);
    const [, traceId, spanId, flags] = headers.get('traceparent')!.split('-');
    const spans = await collector.trace(traceId!, isServer);

    const request = spans.find(isServer)!;
    expect([traceId, spanId, flags]).toEqual([answer.traceId, request.spanId, '01']);
    expect(request).toMatchObject({
      name: `POST ${login}`,
      attributes: {
        'http.request.method': 'POST',
        'http.route': login,
        'http.response.status_code': 200,
      },
    });
    const others = spans.filter((span) => span !== request);
    expect(others.filter((span) => !liesBelow(span, request, spans))).toEqual([]);
    const names = others.map(({ name }) => name);
    expect(names).toContain(`${database} INSERT users`);
    expect(names).toContain('GET /sns/jscode2session');
    if (backend !== embedded) expect(names).toContain('redis slide');
    await sleep(100);
    const logged = service
      .output()
      .split('\n')
      .filter((line) => line.includes('"msg":"request"') && line.includes(traceId!));
    expect(logged).toHaveLength(1);
  });

  it('continue the trace of whoever asked, and take nothing else from them', async () => {
    const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const headers = {
      traceparent: `00-${traceId}-${spanId}-01`,
      tracestate: 'vendor=planted-state',
      baggage: 'user=planted-baggage',
    };
    const { json: answer } = await service.api('GET', '/users/me', undefined, { headers });
    expect(answer.traceId).toBe(traceId);
    const spans = await collector.trace(traceId, isServer);
    expect(spans.find(isServer)).toMatchObject({
      parentSpanId: spanId,
      attributes: { 'wxpass.error': 'unauthenticated', 'http.response.status_code': 401 },
      status: { code: 0 },
    });
    const unrecorded = { traceparent: `00-${'a'.repeat(32)}-${spanId}-00` };
    const answered = await service.api('GET', '/users/me', undefined, { headers: unrecorded });
    expect(answered.headers.get('traceparent')).toMatch(/^00-a{32}-[0-9a-f]{16}-00$/);
    await sleep(500);
    const all = collector.exports.map(({ body }) => body).join('\n');
    expect(all).not.toMatch(/planted-|a{32}/);
  });

  it('tell the collector who speaks, and show it what it asks for', () => {
    const { path, headers } = collector.exports[0]!;
    expect([path, headers['x-collector-key']]).toEqual(['/v1/traces', 'opens the collector']);
    expect(collector.resources()[0]).toEqual({
      'service.name': 'wxpass',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
      'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'deployment.environment.name': 'test',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.name': 'opentelemetry',
      'telemetry.sdk.version': expect.any(String),
    });
  });

  it('show a stream and a socket as one span, as long as they last, however they end', async () => {
    const { path, byToken } = await computer(service);
    const traced = (digit: string) => ({
      ...byToken,
      traceparent: `00-${digit.repeat(32)}-00f067aa0ba902b7-01`,
    });
    const stream = events(service, path, traced('c'));
    const line = socket(service, path, { headers: traced('d') });
    await Promise.all([stream.opened, once(line.connection, 'message')]);
    await sleep(600);
    expect(
      collector
        .spans()
        .filter(({ traceId }) => /^(c{32}|d{32})$/.test(traceId))
        .some(isServer),
    ).toBe(false);
    stream.leave();
    line.connection.close();
    await expect(stream.ended).rejects.toThrow(/abort/);
    for (const [digit, route, status] of [
      ['c', 'events', 200],
      ['d', 'socket', 101],
    ] as const) {
      const spans = await collector.trace(digit.repeat(32), isServer);
      expect(spans.find(isServer)).toMatchObject({
        name: `GET /api/v1/auth/scans/:scanId/${route}`,
        attributes: { 'http.response.status_code': status },
        status: { code: 0 },
      });
    }
  });

  it('leave out probes and what nobody asked for', async () => {
    const answered = await fetch(`${service.base}/health/ready`);
    const [, traceId] = answered.headers.get('traceparent')!.split('-');
    await sleep(1500);
    const spans = collector.spans();
    expect(spans.filter((span) => span.traceId === traceId)).toEqual([]);
    const roots = spans.filter(({ parentSpanId }) => !parentSpanId);
    expect(roots.filter((span) => !isServer(span) && !span.name.includes('/cgi-bin/'))).toEqual([]);
  });

  it('hold no secret, no openid and nothing that a stranger sent, whichever way one goes', async () => {
    const planted = new Set([miniProgram.appSecret, key]);
    const plant = (text: unknown) => {
      if (typeof text === 'string' && text.length > 5) planted.add(text);
    };
    const street = { ...service, simulator };
    const someone = person(simulator, 'planted person');
    const query = 'planted-query';
    const told = {
      headers: {
        'user-agent': 'planted-agent',
        referer: 'https://planted-referer.example/',
        cookie: 'planted-cookie=planted-value',
        'x-forwarded-for': '198.51.100.77',
      },
      body: { device: { id: 'planted-device', type: 'mobile', name: 'planted device name' } },
    };
    const username = 'planted.username';
    const password = 'planted horse battery';
    [query, username, password, '198.51.100.77', 'planted'].forEach(plant);

    const { data } = await someone.logIn(service, told);
    const token = data.accessToken as string;
    plant(data.accessToken);
    plant(data.refreshToken);
    for (const door of doors) {
      const visit = await knock(street, door, 'planted person');
      plant(visit.code);
      const entered = await visit.enter();
      expect([door.name, entered.status]).toEqual([door.name, 200]);
      plant(entered.data.accessToken);
      plant(entered.data.refreshToken);
      const again = await visit.ask();
      if (again.headers.has('location')) plant(placeOf(again).searchParams.get('loginCode'));
      plant((await (await knock(street, door, 'planted person', { returnTo: null })).ask()).text);
      await linkBy(street, door, 'planted person', token);
    }
    const who = browser(service);
    await who.open('/api/v1/auth/wechat/website/authorize?returnTo=/planted-return');
    await who.open('/api/v1/auth/wechat/website/callback?code=planted-code&state=planted-state');
    for (const value of who.cookies.values()) plant(value);

    const { scanId, scanToken, ask, exchange } = await computer(service);
    plant(scanId);
    plant(scanToken);
    await phone(service, token).scanned(scanId);
    await phone(service, token).confirm(scanId);
    const { loginCode } = (await ask()).data;
    plant(loginCode);
    await exchange(loginCode);
    await fetch(`${service.base}/api/v1/auth/scans/${scanId}/qr.svg?${query}`);

    await service.api('PUT', '/users/me/password', { username, newPassword: password }, { token });
    for (const typed of [password, 'planted wrong horse']) {
      const answered = await service.api('POST', '/auth/login', { username, password: typed });
      plant(answered.data?.accessToken);
    }
    await service.api('POST', '/auth/register', { username: 'planted.other', password });
    const sealed = await simulator.encryptedData('planted person', { kind: 'phone' });
    plant(sealed.encryptedData);
    await service.api('POST', '/users/me/wechat-data', { ...sealed, appId: miniProgram.appId }, { token });
    const code = await simulator.phoneCode('planted person', { phoneNumber: '13987654321' });
    plant(code);
    plant('13987654321');
    await service.api('POST', '/users/me/phone', { code, appId: miniProgram.appId }, { token });
    await service.api(
      'PATCH',
      '/users/me',
      { nickname: 'planted nickname', email: 'planted@example.test' },
      { token },
    );
    const refreshed = await service.api('POST', '/auth/refresh', { refreshToken: data.refreshToken });
    plant(refreshed.data.refreshToken);
    await service.api('POST', '/auth/refresh', { refreshToken: 'planted-refresh-token' });
    await service.api('GET', `/users/me?token=${query}`, undefined, { token: 'planted.access.token' });
    await fetch(`${service.base}/api/v1/planted-path/${query}?${query}`, { method: 'PROPFIND' });
    await fetch(`${service.base}/%planted`);
    const push = signedPush(plainApp.appId);
    plant(new URLSearchParams(push.split('?')[1]).get('signature'));
    const body = privacyEvent('user_authorization_revoke', 'oPlantedOpenidOfSomebody', '13');
    await fetch(service.base + push, { method: 'POST', body });
    await simulator.fault({ path: '/sns/jscode2session', errcode: 40125 });
    await someone.logIn(service, told);
    await simulator.fault({ path: '/sns/jscode2session', reset: true });
    await someone.logIn(service, told);
    const last = await service.api('DELETE', '/users/me', undefined, { token });

    for (const { query: asked, answer } of await simulator.calls()) {
      for (const name of ['secret', 'js_code', 'code', 'access_token', 'openid']) plant(asked[name]);
      const { body: words } = (answer ?? {}) as { body?: string };
      const said = words?.startsWith('{') ? (JSON.parse(words) as Record<string, unknown>) : {};
      for (const name of ['openid', 'unionid', 'session_key', 'access_token', 'refresh_token'])
        plant(said[name]);
    }
    await collector.trace(last.json.traceId, isServer);
    expect(planted.size).toBeGreaterThan(80);
    expect(collector.spans().length).toBeGreaterThan(200);
    const found = new Map(collector.exports.map(({ body: sent }, i) => [`export ${i}`, sent]));
    expect(tracesOf([...planted], found)).toEqual([]);
  });
});

describe('the traces of calls to WeChat', () => {
  let storage: OpenBackend;
  let wechat: FakeWechat;
  let collector: OtlpCollector;
  let service: RunningProcess;
  beforeAll(async () => {
    storage = await embedded.open();
    wechat = await FakeWechat.start();
    collector = await startCollector();
    service = await startProcess({
      ...settings,
      ...storage.env,
      WECHAT_API_URL: wechat.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '100',
    });
  });
  afterAll(async () => {
    await service?.end();
    await collector?.close();
    await wechat?.stop();
    await storage?.close();
  });

  const callOf = async () => {
    const body = { code: 'a-code', appId: miniProgram.appId };
    const { json: answer } = await service.api('POST', '/auth/wechat/mini-program', body);
    const spans = await collector.trace(answer.traceId, isServer);
    return { request: spans.find(isServer)!, call: spans.find(({ name }) => name.includes('/sns/'))! };
  };

  it('say which errcode and rid WeChat answered with', async () => {
    wechat.answers(refusal(40163, 'code been used'));
    const { request, call } = await callOf();
    expect(call).toMatchObject({
      kind: 3,
      name: 'GET /sns/jscode2session',
      attributes: {
        'url.template': '/sns/jscode2session',
        'server.address': new URL(wechat.url).host,
        'wechat.errcode': 40163,
        'wechat.rid': rid,
        'error.type': '40163',
      },
      status: { code: 2 },
    });
    expect(request).toMatchObject({
      attributes: { 'wxpass.error': 'wechat_code_used' },
      status: { code: 0 },
    });
  });

  it('say what came in place of an answer', async () => {
    wechat.answers(silence);
    const { request, call } = await callOf();
    expect(call).toMatchObject({ attributes: { 'error.type': 'timeout' }, status: { code: 2 } });
    expect(request).toMatchObject({
      attributes: { 'wxpass.error': 'wechat_unavailable', 'error.type': '503' },
      status: { code: 2 },
    });
  });

  it('say which requests nobody waited for', async () => {
    wechat.answers(silence);
    const traceId = 'b'.repeat(32);
    const asked = fetch(`${service.base}${login}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
      body: JSON.stringify({ code: 'a-code', appId: miniProgram.appId }),
      signal: AbortSignal.timeout(300),
    });
    await expect(asked).rejects.toThrow(/aborted/);
    const spans = await collector.trace(traceId, isServer);
    expect(spans.find(isServer)).toMatchObject({
      attributes: { 'error.type': 'aborted' },
      status: { code: 2 },
    });
  });

  it('do not go to WeChat: it is told of no trace', async () => {
    wechat.answers(json({ openid: 'oSomebody', session_key: 'A'.repeat(22) + '==' }));
    const { call } = await callOf();
    expect(call.attributes['wechat.errcode']).toBe(0);
    const told = new Set(wechat.asked.flatMap(({ headers }) => Object.keys(headers)));
    expect([...told].filter((name) => /trace|baggage|b3|sentry|uber/.test(name))).toEqual([]);
  });
});

describe('tracing', () => {
  const started: RunningProcess[] = [];
  let simulator: RunningSimulator;
  const start = async (env: Record<string, string>, cwd = newFolder()) => {
    const own = { DATABASE_URL: `sqlite:${cwd}/wxpass.db`, WECHAT_API_URL: simulator.url };
    const service = await startProcess({ ...settings, ...own, ...env }, cwd);
    started.push(service);
    return service;
  };
  beforeAll(async () => {
    simulator = await startSimulator();
  });
  afterAll(async () => {
    await Promise.all(started.map((service) => service.end()));
    await simulator?.close();
  });

  /** The packages of OpenTelemetry that a service had loaded when it ended. */
  async function loadedBy(env: Record<string, string>): Promise<string[]> {
    const folder = newFolder();
    const script = join(folder, 'tell-loaded.cjs');
    writeFileSync(
      script,
      `process.on('exit', () => console.log('loaded ' + JSON.stringify(Object.keys(require.cache))));`,
    );
    const service = await start({ ...env, NODE_OPTIONS: `--require ${script}` }, folder);
    expect((await stranger(simulator).logIn(service)).status).toBe(200);
    service.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    const files = JSON.parse(/^loaded (.*)$/m.exec(service.output())![1]!) as string[];
    return [...new Set(files.flatMap((file) => /@opentelemetry\/([\w-]+)/.exec(file)?.[1] ?? []))].sort();
  }

  it('is off unless it is told where to send, and then not even loaded', async () => {
    const collector = await startCollector();
    // prom-client brings the API, which is no more than types and empty functions.
    expect(await loadedBy({ OTEL_SERVICE_NAME: 'off', OTEL_TRACES_SAMPLER: 'always_on' })).toEqual(['api']);
    const disabled = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' };
    expect(await loadedBy(disabled)).toEqual(['api']);
    expect(collector.exports).toEqual([]);
    const loaded = await loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    expect(loaded).toEqual(expect.arrayContaining(['sdk-trace-node', 'exporter-trace-otlp-http']));
    // Sent while it ended: the next batch was five seconds away.
    expect(collector.spans().map(({ name }) => name)).toContain(`POST ${login}`);
    await collector.close();
  });

  it('records the share that it is told to, and speaks protobuf where that is asked for', async () => {
    const collector = await startCollector();
    const service = await start({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/elsewhere`,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_SERVICE_NAME: 'wxpass-of-mine',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.3',
    });
    let recorded = 0;
    for (let i = 0; i < 300; i++) {
      const { headers } = await service.api('GET', '/users/me');
      if (headers.get('traceparent')!.endsWith('-01')) recorded += 1;
    }
    expect(recorded).toBeGreaterThan(45);
    expect(recorded).toBeLessThan(135);
    service.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    const [sent] = collector.exports;
    expect([sent!.path, sent!.headers['content-type']]).toEqual(['/elsewhere', 'application/x-protobuf']);
    expect(sent!.body).toContain('wxpass-of-mine');
    expect(sent!.body.split('GET /api/v1/users/me')).toHaveLength(recorded + 1);
    await collector.close();
  });

  it.each(['refuses', 'is silent'])('holds up nothing where the collector %s', async (how) => {
    const silent = how === 'is silent' ? await startCollector({ isSilent: true }) : undefined;
    const service = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: silent?.url ?? `http://127.0.0.1:${await freePort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_BSP_MAX_QUEUE_SIZE: '64',
    });
    const statuses = new Set<number>();
    for (let i = 0; i < 100; i++) statuses.add((await stranger(simulator).logIn(service)).status);
    expect([...statuses]).toEqual([200]);
    await sleep(1500);
    expect(service.output().match(/spans cannot be sent and are lost/g)).toHaveLength(1);
    await stranger(simulator).logIn(service);
    const asked = Date.now();
    service.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(Date.now() - asked).toBeLessThan(2500);
    await silent?.close();
  });
});
