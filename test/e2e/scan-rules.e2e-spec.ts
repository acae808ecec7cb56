import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Blocklist } from '../../src/audit/blocklist.service.js';
import { backends, embedded, shared, type Backend } from '../support/backends.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { stranger } from '../support/person.js';
import { computer, events, phone, socket } from '../support/scan.js';
import { type RunningService, startService } from '../support/start-service.js';
import { miniProgram } from '../support/start-simulator.js';

const from = (address: string) => ({ 'x-forwarded-for': address });

/** A service by other rules than the default ones. */
function serviceWith(env: Record<string, string>, backend: Backend = embedded) {
  const holder = {} as { service: RunningService };
  beforeAll(async () => {
    holder.service = await startService(backend, { env: { TRUST_PROXY: '127.0.0.1', ...env } });
  });
  afterAll(() => holder.service?.close());
  return holder;
}

async function personOf(service: RunningService, headers: Record<string, string> = {}) {
  const { data } = await stranger(service.simulator).logIn(service);
  return { ...phone(service, data.accessToken as string, headers), userId: data.user.id as string };
}

async function actsOn(service: RunningService, userId: string) {
  await sleep(500);
  const { items } = await service.app.get(AuditLog, { strict: false }).list({ userId }, 100);
  return items.filter(({ event }) => event.startsWith('scan_'));
}

describe.each(backends)('a scan that nobody decides in time, on $name', (backend) => {
  const world = serviceWith({ SCAN_TTL: '1s' }, backend);

  it('expires: its browser is told by every transport, and the phone that it is gone', async () => {
    const { service } = world;
    const ada = await personOf(service);
    const pc = await computer(service);
    expect(pc.expiresIn).toBe(1);
    await ada.scanned(pc.scanId);
    const stream = events(service, pc.path, pc.byToken);
    const line = socket(service, pc.path, { headers: pc.byToken });
    const begun = Date.now();
    expect((await pc.ask('?wait=30&status=scanned')).data).toEqual({ status: 'expired' });
    expect(Date.now() - begun).toBeLessThan(2000);
    expect((await stream.ended).map(({ status }) => status)).toEqual(['scanned', 'expired']);
    expect(await line.ended).toEqual({ code: 1000 });
    expect(line.views.map(({ status }) => status)).toEqual(['scanned', 'expired']);
    expect((await pc.ask()).data).toEqual({ status: 'expired' });
    const gone = { status: 410, error: 'scan_expired' };
    for (const act of [ada.scanned, ada.confirm, ada.reject, ada.request]) {
      expect(await act(pc.scanId)).toMatchObject(gone);
    }
    expect(await service.api('DELETE', pc.path, undefined, { headers: pc.byToken })).toMatchObject({
      status: 200,
      data: { status: 'expired' },
    });
  });

  it('but that was confirmed in time still lets its browser in', async () => {
    const { service } = world;
    const ada = await personOf(service);
    const pc = await computer(service);
    await ada.scanned(pc.scanId);
    await ada.confirm(pc.scanId);
    await sleep(1100);
    const { data } = await pc.ask();
    expect(data.status).toBe('confirmed');
    expect(await pc.exchange(data.loginCode)).toMatchObject({ status: 200 });
  });
});

describe('where a match code is required', () => {
  const world = serviceWith({ SCAN_MATCH_CODE: 'required' });
  const scan = async () => {
    const pc = await computer(world.service);
    const ada = await personOf(world.service);
    await ada.scanned(pc.scanId);
    const matchCode = pc.matchCode as string;
    const wrong = (i: number) => String((Number(matchCode) + i) % 10_000).padStart(4, '0');
    return { pc, ada, matchCode, wrong };
  };
  const refused = { status: 400, error: 'invalid_request', data: { fields: [{ path: 'matchCode' }] } };

  it('the computer shows it, and only who sends it may confirm', async () => {
    const { pc, ada, matchCode, wrong } = await scan();
    expect(matchCode).toMatch(/^\d{4}$/);
    expect((await ada.request(pc.scanId)).data).toMatchObject({ matchCodeRequired: true });
    expect((await ada.request(pc.scanId)).text).not.toContain(matchCode);
    expect(await ada.confirm(pc.scanId)).toMatchObject(refused);
    expect(await ada.confirm(pc.scanId, { matchCode: wrong(1) })).toMatchObject(refused);
    expect((await pc.ask()).data).toEqual({ status: 'scanned' });
    expect(await ada.confirm(pc.scanId, { matchCode })).toMatchObject({ status: 200 });
  });

  it('the third wrong one rejects the scan', async () => {
    const { pc, ada, matchCode, wrong } = await scan();
    for (let i = 1; i <= 3; i++) {
      expect(await ada.confirm(pc.scanId, { matchCode: wrong(i) })).toMatchObject(refused);
    }
    expect(await ada.confirm(pc.scanId, { matchCode })).toMatchObject({ status: 409, error: 'scan_state' });
    expect((await pc.ask()).data).toEqual({ status: 'rejected' });
    expect(await actsOn(world.service, ada.userId)).toMatchObject([
      { event: 'scan_rejected', outcome: 'failure', blocked: true, reason: 'match_code' },
    ]);
  });

  it('guesses made at once learn no more than three made one after the other', async () => {
    const { pc, ada, wrong } = await scan();
    const guesses = Array.from({ length: 40 }, (_, i) => ada.confirm(pc.scanId, { matchCode: wrong(i + 1) }));
    const answers = await Promise.all(guesses);
    expect(answers.filter(({ status }) => status === 400).length).toBeLessThanOrEqual(3);
    expect((await pc.ask()).data).toEqual({ status: 'rejected' });
  });
});

describe('a phone at another address than the computer', () => {
  const scan = async (service: RunningService) => {
    const pc = await computer(service, { headers: from('198.51.100.66') });
    const [near, far] = [
      await personOf(service, from('198.51.100.66')),
      await personOf(service, from('203.0.113.7')),
    ];
    return { pc, near, far };
  };

  describe('by default', () => {
    const world = serviceWith({});
    it('may confirm, and the audit log says so', async () => {
      const { pc, far } = await scan(world.service);
      await far.scanned(pc.scanId);
      expect(await far.confirm(pc.scanId)).toMatchObject({ status: 200 });
      const acts = await actsOn(world.service, far.userId);
      expect(acts.map(({ event, outcome }) => [event, outcome]).sort()).toEqual([
        ['scan_address_mismatch', 'success'],
        ['scan_confirmed', 'success'],
      ]);
    });
    it('of the same address says nothing of it', async () => {
      const { pc, near } = await scan(world.service);
      await near.scanned(pc.scanId);
      await near.confirm(pc.scanId);
      expect((await actsOn(world.service, near.userId)).map(({ event }) => event)).toEqual([
        'scan_confirmed',
      ]);
    });
  });

  describe('where that blocks', () => {
    const world = serviceWith({ SCAN_ADDRESS_MISMATCH: 'block' });
    it('may not confirm, but reject', async () => {
      const { pc, far } = await scan(world.service);
      await far.scanned(pc.scanId);
      expect(await far.confirm(pc.scanId)).toMatchObject({ status: 403, error: 'forbidden' });
      expect((await pc.ask()).data).toEqual({ status: 'scanned' });
      expect(await far.reject(pc.scanId)).toMatchObject({ status: 200 });
      expect(await actsOn(world.service, far.userId)).toMatchObject([
        { event: 'scan_rejected' },
        { event: 'scan_address_mismatch', outcome: 'failure', blocked: true, address: '203.0.113.7' },
      ]);
    });
    it('may where it is at the same', async () => {
      const { pc, near } = await scan(world.service);
      await near.scanned(pc.scanId);
      expect(await near.confirm(pc.scanId)).toMatchObject({ status: 200 });
    });
  });
});

describe('limits', () => {
  const world = serviceWith({ SCAN_LIMIT: '3/1m', API_LIMIT: '100/1m' });

  it('are kept on beginning scans, by address, and on asking for one far above its pollInterval', async () => {
    const { service } = world;
    const begin = (address: string) =>
      service.api('POST', '/auth/scans', { via: 'official-account' }, { headers: from(address) });
    const answers = await Promise.all(Array.from({ length: 10 }, () => begin('192.0.2.1')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    const refused = answers.find(({ status }) => status !== 201)!;
    expect(refused).toMatchObject({ status: 429, error: 'too_many_requests' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await begin('192.0.2.2')).toMatchObject({ status: 201 });
    const { scanId, scanToken } = answers.find(({ status }) => status === 201)!.data;
    const ask = () =>
      service.api('GET', `/auth/scans/${scanId}`, undefined, {
        headers: { 'x-scan-token': scanToken, ...from('192.0.2.1') },
      });
    const asked = [];
    for (let i = 0; i < 350; i++) asked.push((await ask()).status);
    expect(asked.filter((status) => status === 200)).toHaveLength(300);
    expect(asked.filter((status) => status === 429)).toHaveLength(50);
    // Of API_LIMIT nothing was used up.
    const elsewhere = await service.api('GET', '/users/me', undefined, { headers: from('192.0.2.1') });
    expect(elsewhere).toMatchObject({ status: 401 });
    const guess = (i: number) =>
      service.api('GET', `/auth/scans/${String(i).padStart(24, 'a')}`, undefined, {
        headers: from('192.0.2.9'),
      });
    const guesses = await Promise.all(Array.from({ length: 320 }, (_, i) => guess(i)));
    expect(guesses.filter(({ status }) => status === 404)).toHaveLength(100);
    expect(guesses.filter(({ status }) => status === 429)).toHaveLength(220);
  });

  it('and the blocklist turn away who begins a scan, which the audit log knows as a refused login', async () => {
    const { service } = world;
    const begin = (address: string) =>
      service.api(
        'POST',
        '/auth/scans',
        { via: 'mini-program', appId: miniProgram.appId },
        { headers: from(address) },
      );
    const [hasty, blocked] = ['192.0.2.20', '192.0.2.21'];
    for (let i = 0; i < 5; i++) await begin(hasty);
    await service.app
      .get(Blocklist, { strict: false })
      .add({ kind: 'address', value: blocked, reason: 'by hand', expiresAt: null });
    expect(await begin(blocked)).toMatchObject({ status: 403, error: 'blocked' });
    await sleep(500);
    const log = service.app.get(AuditLog, { strict: false });
    const refused = { event: 'login', outcome: 'failure', blocked: true };
    for (const [address, reason] of [
      [hasty, 'too_many_requests'],
      [blocked, 'blocked'],
    ] as const) {
      const { items } = await log.list({ address }, 100);
      expect(items).toEqual([expect.objectContaining({ ...refused, address, reason })]);
    }
  });

  it('are kept on streams that are open at once', async () => {
    const { service } = world;
    const pc = await computer(service, { headers: from('192.0.2.3') });
    const streams = Array.from({ length: 12 }, () => events(service, pc.path, pc.byToken));
    const opened = await Promise.all(streams.map((stream) => stream.opened));
    expect(opened.filter(({ status }) => status === 200)).toHaveLength(8);
    expect(opened.filter(({ status }) => status === 429)).toHaveLength(4);
    for (const { leave, ended } of streams) {
      leave();
      await ended.catch(() => undefined);
    }
    await sleep(100);
    const again = events(service, pc.path, pc.byToken);
    expect((await again.opened).status).toBe(200);
    again.leave();
    await again.ended.catch(() => undefined);
  });
});

describe('the image of a scan', () => {
  const world = serviceWith({ WECHAT_SCAN_PAGE: 'pages/scan/index', WECHAT_SCAN_ENV: 'trial' });

  it("is WeChat's own code of the mini program, asked for with the scan as its scene", async () => {
    const { service } = world;
    const pc = await computer(service);
    expect(pc.qr.imageUrl).toBe(`https://login.example.test/api/v1${pc.path}/qr.png`);
    const get = (name: string) =>
      fetch(`${service.base}/api/v1${pc.path}/${name}`, { headers: { cookie: pc.cookie } });
    const png = await get('qr.png');
    const bytes = Buffer.from(await png.arrayBuffer());
    expect(png.headers.get('content-type')).toBe('image/jpeg');
    expect(bytes.toString('latin1')).toContain(`scene=${pc.scanId}&page=pages/scan/index&env_version=trial`);
    const svg = await get('qr.svg');
    expect(svg.headers.get('content-type')).toContain('image/svg+xml');
    expect(await svg.text()).toContain(bytes.toString('base64'));
    const asked = (await service.simulator.calls()).filter(({ path }) => path.endsWith('getwxacodeunlimit'));
    expect(asked).toHaveLength(1);
  });

  it('is asked for once, however many look at it at once, and not again at once where it was refused', async () => {
    const { service } = world;
    const asked = async () =>
      (await service.simulator.calls()).filter(({ path }) => path.endsWith('getwxacodeunlimit')).length;
    const look = (pc: Awaited<ReturnType<typeof computer>>) =>
      fetch(`${service.base}/api/v1${pc.path}/qr.png`, { headers: pc.byToken });
    const before = await asked();
    const one = await computer(service);
    const looks = await Promise.all(Array.from({ length: 20 }, () => look(one)));
    expect(new Set(looks.map((answer) => answer.headers.get('content-type')))).toEqual(
      new Set(['image/jpeg']),
    );
    expect((await asked()) - before).toBe(1);
    const other = await computer(service);
    await service.simulator.fault({ path: '/wxa/getwxacodeunlimit', errcode: 48001, times: 1 });
    for (let i = 0; i < 3; i++) expect((await look(other)).headers.get('content-type')).toBe('image/png');
    expect((await asked()) - before).toBe(2);
  });

  it('is a QR code of the link where WeChat gives none', async () => {
    const { service } = world;
    const pc = await computer(service);
    expect(pc.qr.content).toBe(`https://login.example.test/login/confirm?scan=${pc.scanId}`);
    await service.simulator.fault({ path: '/wxa/getwxacodeunlimit', errcode: 48001, times: 1 });
    const get = (name: string) =>
      fetch(`${service.base}/api/v1${pc.path}/${name}`, { headers: { cookie: pc.cookie } });
    const png = await get('qr.png');
    expect(png.headers.get('content-type')).toBe('image/png');
    expect([...Buffer.from(await png.arrayBuffer()).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(await (await get('qr.svg')).text()).toContain('<path');
  });
});

describe('who waits when the process stops', () => {
  it('is let go in time, with what is true, and the process ends', async () => {
    const service = await startService(embedded);
    try {
      const pc = await computer(service);
      const poll = pc.ask('?wait=30&status=pending');
      const stream = events(service, pc.path, pc.byToken);
      const line = socket(service, pc.path, { headers: pc.byToken });
      const silent = socket(service, pc.path, {});
      while (stream.views.length + line.views.length < 2) await sleep(10);
      const begun = Date.now();
      await service.app.close();
      expect(Date.now() - begun).toBeLessThan(3000);
      expect((await poll).data).toEqual({ status: 'pending' });
      expect(await stream.ended).toEqual([{ status: 'pending' }]);
      expect(await line.ended).toEqual({ code: 1001 });
      expect(await silent.ended).toEqual({ code: 1001 });
    } finally {
      await service.close();
    }
  });
});

describe('a scan while the store is away', () => {
  let service: RunningService;
  let way: FaultProxy;
  beforeAll(async () => {
    const backend: Backend = {
      name: 'behind a proxy',
      open: async () => {
        const opened = await shared.open();
        const url = opened.env.REDIS_URL!;
        way = await FaultProxy.start(Number(new URL(url).port));
        return { ...opened, env: { ...opened.env, REDIS_URL: way.through(url) } };
      },
    };
    service = await startService(backend);
  });
  afterAll(async () => {
    await service?.close();
    await way?.close();
  });

  it('is 503 in every respect, ends its streams, and goes on afterwards', async () => {
    const pc = await computer(service);
    const ada = await personOf(service);
    await ada.scanned(pc.scanId);
    way.strike({ blackHole: true });
    const unavailable = { status: 503, error: 'dependency_unavailable' };
    const begin = await service.api('POST', '/auth/scans', { via: 'official-account' });
    expect(begin).toMatchObject(unavailable);
    expect(await pc.ask()).toMatchObject(unavailable);
    expect(await pc.ask('?wait=30&status=scanned')).toMatchObject(unavailable);
    expect(await ada.confirm(pc.scanId)).toMatchObject(unavailable);
    expect((await events(service, pc.path, pc.byToken).opened).status).toBe(503);
    expect(await socket(service, pc.path, { headers: pc.byToken }).ended).toEqual({ code: 503 });
    way.heal();
    const end = Date.now() + 5000;
    while ((await pc.ask()).status !== 200 && Date.now() < end) await sleep(100);
    expect(await ada.confirm(pc.scanId)).toMatchObject({ status: 200 });
    expect((await pc.ask()).data).toMatchObject({ status: 'confirmed', loginCode: expect.any(String) });
  });
});
