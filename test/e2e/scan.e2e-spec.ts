import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, embedded } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { computer, events, phone, socket, type View } from '../support/scan.js';
import { type Replica, type RunningService, startService } from '../support/start-service.js';

const statuses = (views: View[]) => views.map(({ status }) => status);
const all = ['pending', 'scanned', 'confirmed'];
const from = (address: string) => ({ 'x-forwarded-for': address });
const env = { TRUST_PROXY: '127.0.0.1', SCAN_LIMIT: '100000/1m' };

describe.each(backends)('scan to log in on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === embedded ? 1 : 2, env });
  });
  afterAll(() => service?.close());

  const replica = (i: number): Replica => service.replicas[i % service.replicas.length]!;
  const other = () => replica(1);

  async function person(headers: Record<string, string> = {}) {
    const someone = stranger(service.simulator);
    const { data } = await someone.logIn(service);
    const userId = data.user.id as string;
    return { ...phone(other(), data.accessToken as string, headers), userId, name: someone.name };
  }
  const sessionsOf = async (userId: string, via = 'mini-program') =>
    service.app
      .get(DataSource)
      .query<unknown[]>('SELECT id FROM sessions WHERE user_id = ? AND via = ?', [userId, via]);
  const actsOn = async (userId: string) => {
    await sleep(500);
    const { items } = await service.app.get(AuditLog, { strict: false }).list({ userId }, 100);
    return items.filter(({ event }) => event.startsWith('scan_'));
  };
  async function until(condition: () => boolean, withinMs = 3000) {
    for (const end = Date.now() + withinMs; !condition() && Date.now() < end;) await sleep(10);
    expect(condition()).toBe(true);
  }

  describe('its four transports', () => {
    const transports = {
      polling: (pc: Awaited<ReturnType<typeof computer>>) => {
        const seen: View[] = [];
        const ended = (async () => {
          while (seen.at(-1)?.status !== 'confirmed') {
            const { data } = await pc.ask('', other());
            if (data.status !== seen.at(-1)?.status) seen.push(data);
            await sleep(20);
          }
          return seen;
        })();
        return { views: seen, ended };
      },
      'long polling': (pc: Awaited<ReturnType<typeof computer>>) => {
        const seen: View[] = [];
        const ended = (async () => {
          while (seen.at(-1)?.status !== 'confirmed') {
            const known = seen.at(-1)?.status;
            const { data } = await pc.ask(known ? `?wait=30&status=${known}` : '');
            seen.push(data);
          }
          return seen;
        })();
        return { views: seen, ended };
      },
      events: (pc: Awaited<ReturnType<typeof computer>>) =>
        events(replica(0), pc.path, { cookie: pc.cookie }),
      WebSocket: (pc: Awaited<ReturnType<typeof computer>>) => {
        const { views, ended } = socket(replica(0), pc.path, { headers: { cookie: pc.cookie } });
        return { views, ended: ended.then(() => views) };
      },
    };

    it.each(Object.entries(transports))(
      '%s tells each status, and ends in exactly one session',
      async (_name, open) => {
        const pc = await computer(service);
        const ada = await person();
        const { views, ended } = open(pc);
        await until(() => views.length === 1);
        expect(await ada.scanned(pc.scanId)).toMatchObject({ status: 200, data: { status: 'scanned' } });
        await until(() => views.length === 2);
        expect(await ada.confirm(pc.scanId)).toMatchObject({ status: 200, data: { status: 'confirmed' } });
        const told = await ended;
        expect(statuses(told)).toEqual(all);
        expect(told.slice(0, 2)).toEqual([{ status: 'pending' }, { status: 'scanned' }]);
        const { loginCode, user } = told[2]!;
        expect(user).toEqual({ nickname: null, avatarUrl: null });
        const before = (await sessionsOf(ada.userId)).length;
        const exchanges = await Promise.all(
          Array.from({ length: 10 }, (_, i) => pc.exchange(loginCode!, undefined, replica(i))),
        );
        expect(exchanges.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(401)]);
        expect(exchanges.find(({ status }) => status === 200)!.data.user.id).toBe(ada.userId);
        expect(await sessionsOf(ada.userId)).toHaveLength(before + 1);
        expect((await pc.ask()).data).toEqual({ status: 'confirmed', user });
      },
    );

    it('tell of a decision on the other replica at once, not at the next look', async () => {
      const ada = await person();
      const delays: number[] = [];
      for (let round = 0; round < 5; round++) {
        const pc = await computer(service);
        await ada.scanned(pc.scanId);
        const waiting = pc.ask('?wait=20&status=scanned').then(() => Date.now());
        await sleep(50);
        await ada.confirm(pc.scanId);
        const decided = Date.now();
        delays.push((await waiting) - decided);
      }
      expect(Math.max(...delays)).toBeLessThan(1000);
    });

    it('give back what is true at the end of a wait, and at once where something else is known', async () => {
      const pc = await computer(service);
      const begun = Date.now();
      expect((await pc.ask('?wait=1&status=pending')).data).toEqual({ status: 'pending' });
      expect(Date.now() - begun).toBeGreaterThanOrEqual(990);
      expect((await pc.ask('?wait=30&status=scanned')).data).toEqual({ status: 'pending' });
      expect(await pc.ask('?wait=31')).toMatchObject({ status: 400, error: 'invalid_request' });
      expect(await pc.ask('?wait=-1')).toMatchObject({ status: 400, error: 'invalid_request' });
    });

    it('go on where a stream of events was cut off', async () => {
      const pc = await computer(service);
      const ada = await person();
      const first = events(replica(0), pc.path, pc.byToken);
      await until(() => first.views.length === 1);
      const response = await first.opened;
      expect(response.headers.get('content-type')).toContain('text/event-stream');
      expect(response.headers.get('x-accel-buffering')).toBe('no');
      expect(response.headers.get('cache-control')).toBe('no-store');
      first.leave();
      await first.ended.catch(() => undefined);
      await ada.scanned(pc.scanId);
      await ada.confirm(pc.scanId);
      const second = events(other(), pc.path, { ...pc.byToken, 'last-event-id': 'pending' });
      expect(statuses(await second.ended)).toEqual(['scanned', 'confirmed']);
      const third = await fetch(`${service.base}/api/v1${pc.path}/events`, {
        headers: { ...pc.byToken, 'last-event-id': 'confirmed' },
      });
      expect(third.status).toBe(204);
    });
  });

  it('is the business of the browser alone that began it, by its cookie or its token', async () => {
    const [pc, another] = [await computer(service), await computer(service)];
    expect(pc.scanId).toMatch(/^[\w-]{22,32}$/);
    expect(Buffer.from(pc.scanToken, 'base64url')).toHaveLength(32);
    expect(JSON.stringify(pc.qr)).not.toContain(pc.scanToken);
    expect(pc.cookie).toMatch(/^__Host-wxpass_browser=/);
    const get = (path: string, headers: Record<string, string>) =>
      service.api('GET', pc.path + path, undefined, { headers });
    for (const path of ['', '/events', '/qr.png', '/qr.svg']) {
      for (const headers of [{}, { 'x-scan-token': another.scanToken }, { cookie: another.cookie }]) {
        expect(await get(path, headers as Record<string, string>)).toMatchObject({
          status: 404,
          error: 'not_found',
        });
      }
    }
    expect(await service.api('DELETE', pc.path)).toMatchObject({ status: 404 });
    expect(await get('', { cookie: pc.cookie })).toMatchObject({ status: 200, data: { status: 'pending' } });
    expect(await get('', pc.byToken)).toMatchObject({ status: 200, data: { status: 'pending' } });
    for (const id of ['x', 'a'.repeat(24), '../tokens', 'x'.repeat(200)]) {
      expect(await service.api('GET', `/auth/scans/${encodeURIComponent(id)}`)).toMatchObject({
        status: 404,
      });
    }
  });

  it('tells a WebSocket nothing without the token, and pages of other origins not even that', async () => {
    const pc = await computer(service);
    const wrong = [
      socket(replica(0), pc.path, { first: '{"scanToken":"no"}' }),
      socket(replica(0), pc.path, { first: 'no' }),
      socket(replica(0), pc.path, { first: '[]' }),
    ];
    for (const { ended, views } of wrong) {
      expect(await ended).toEqual({ code: 1008 });
      expect(views).toEqual([]);
    }
    const foreign = { cookie: pc.cookie, origin: 'https://evil.example' };
    expect(await socket(replica(0), pc.path, { headers: foreign }).ended).toEqual({ code: 403 });
    expect(await socket(replica(0), `/auth/scans/${'a'.repeat(24)}`, {}).ended).toEqual({ code: 404 });
    const own = socket(other(), pc.path, {
      headers: { origin: 'https://login.example.test' },
      first: JSON.stringify({ scanToken: pc.scanToken }),
    });
    await until(() => own.views.length === 1);
    own.connection.send('x'.repeat(5000));
    expect(await own.ended).toEqual({ code: 1009 });
  });

  it('belongs to the first phone: of two at once one holds it, and the other may neither see nor decide', async () => {
    for (let round = 0; round < 5; round++) {
      const pc = await computer(service);
      const phones = [await person(), await person()];
      const scans = await Promise.all(
        phones.map(({ scanned }, i) => scanned(pc.scanId, undefined, replica(i))),
      );
      expect(scans.map(({ status }) => status).sort()).toEqual([200, 409]);
      const winner = phones[scans.findIndex(({ status }) => status === 200)]!;
      const loser = phones[scans.findIndex(({ status }) => status === 409)]!;
      expect(await winner.scanned(pc.scanId)).toMatchObject({ status: 200 });
      const refused = { status: 409, error: 'scan_state' };
      expect(await loser.request(pc.scanId)).toMatchObject(refused);
      const decisions = await Promise.all([
        loser.confirm(pc.scanId),
        loser.reject(pc.scanId),
        winner.confirm(pc.scanId),
      ]);
      expect(decisions.map(({ status }) => status)).toEqual([409, 409, 200]);
      const { data } = await pc.ask();
      expect((await pc.exchange(data.loginCode)).data.user.id).toBe(winner.userId);
    }
  });

  it('confirmed 50 times at once makes one login code', async () => {
    const pc = await computer(service);
    const ada = await person();
    await ada.scanned(pc.scanId);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => ada.confirm(pc.scanId, undefined, replica(i))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ error }) => error === 'scan_state')).toHaveLength(49);
    const codes = await Promise.all(Array.from({ length: 10 }, (_, i) => pc.ask('', replica(i))));
    expect(new Set(codes.map(({ data }) => data.loginCode)).size).toBe(1);
    expect(answers.some(({ text }) => text.includes(codes[0]!.data.loginCode))).toBe(false);
  });

  it('raced by confirming and rejecting has one outcome, which all are told', async () => {
    for (let round = 0; round < 10; round++) {
      const pc = await computer(service);
      const ada = await person();
      await ada.scanned(pc.scanId);
      const [confirmed, rejected, cancelled] = await Promise.all([
        ada.confirm(pc.scanId),
        ada.reject(pc.scanId),
        service.api('DELETE', pc.path, undefined, { headers: pc.byToken }),
      ]);
      const won = [confirmed, rejected, cancelled].filter(({ status }) => status === 200);
      expect(won).toHaveLength(1);
      const { data } = await pc.ask();
      expect(data.status).toBe(won[0]!.data.status);
      expect(data.loginCode !== undefined).toBe(data.status === 'confirmed');
    }
  });

  it('needs a scan before a decision, and a session on the phone', async () => {
    const pc = await computer(service);
    const ada = await person();
    expect(await ada.confirm(pc.scanId)).toMatchObject({ status: 409, error: 'scan_state' });
    expect(await ada.reject(pc.scanId)).toMatchObject({ status: 409, error: 'scan_state' });
    expect(await service.api('POST', `${pc.path}/scanned`)).toMatchObject({ status: 401 });
    expect(await ada.scanned('a'.repeat(24))).toMatchObject({ status: 404 });
    expect((await pc.ask()).data).toEqual({ status: 'pending' });
  });

  it('whose QR code was relayed shows the phone whose it is, and lets nobody but its browser in', async () => {
    const attacker = await computer(service, {
      headers: { ...from('198.51.100.66'), 'user-agent': 'Evil/1.0' },
    });
    const victim = await person(from('203.0.113.7'));
    expect(await victim.request(attacker.scanId)).toMatchObject({
      status: 200,
      data: { address: '198.51.100.66', userAgent: 'Evil/1.0', matchCodeRequired: false },
    });
    expect((await attacker.ask()).data).toEqual({ status: 'pending' });
    await victim.scanned(attacker.scanId);
    expect((await attacker.ask()).data).toEqual({ status: 'scanned' });
    expect(await victim.reject(attacker.scanId)).toMatchObject({ status: 200, data: { status: 'rejected' } });
    expect((await attacker.ask()).data).toEqual({ status: 'rejected' });
    expect(await victim.confirm(attacker.scanId)).toMatchObject({ status: 409 });
    expect((await actsOn(victim.userId)).map(({ event, address }) => [event, address])).toEqual([
      ['scan_rejected', '203.0.113.7'],
    ]);
  });

  it('carries PKCE: who has the login code without the verifier gets nothing', async () => {
    const verifier = 'a-verifier-that-only-the-page-knows-0123456789';
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const pc = await computer(service, { body: { codeChallenge } });
    const ada = await person();
    await ada.scanned(pc.scanId);
    await ada.confirm(pc.scanId);
    const { loginCode } = (await pc.ask()).data;
    expect(await pc.exchange(loginCode)).toMatchObject({ status: 401, error: 'login_code_invalid' });
    const { status, data } = await pc.exchange(loginCode, verifier);
    expect(status).toBe(200);
    // A computer is no mini program, although one has let it in.
    const sessions = await service.api('GET', '/sessions', undefined, { token: data.accessToken });
    const current = sessions.data.items.find((item: { current: boolean }) => item.current);
    expect(current).toMatchObject({ via: 'mini-program', device: { type: 'other' } });
  });

  it('lets nobody in by a phone whose session has ended since', async () => {
    const pc = await computer(service);
    const { data } = await stranger(service.simulator).logIn(service);
    const ada = phone(service, data.accessToken);
    await ada.scanned(pc.scanId);
    await ada.confirm(pc.scanId);
    await service.api('POST', '/auth/logout', undefined, { token: data.accessToken });
    const { loginCode } = (await pc.ask()).data;
    expect(await pc.exchange(loginCode)).toMatchObject({ status: 401, error: 'session_ended' });
  });

  it('is decided by whoever its holder turned out to be since, and by nobody else', async () => {
    const { manager } = service.app.get(DataSource);
    for (const decide of ['confirm', 'reject'] as const) {
      const [pc, bystander] = [await computer(service), await person()];
      const [survivor, between, scanner] = [await person(), await person(), await person()];
      expect(await scanner.scanned(pc.scanId)).toMatchObject({ status: 200 });
      for (const [merged, into] of [
        [scanner, between],
        [between, survivor],
      ] as const)
        await manager.update(
          UserEntity,
          { id: merged.userId },
          { status: 'merged', mergedInto: into.userId },
        );
      expect(await bystander.request(pc.scanId)).toMatchObject({ status: 409, error: 'scan_state' });
      expect(await bystander[decide](pc.scanId)).toMatchObject({ status: 409, error: 'scan_state' });
      expect(await survivor.request(pc.scanId)).toMatchObject({ status: 200 });
      expect(await survivor.scanned(pc.scanId)).toMatchObject({ status: 200 });
      expect(await survivor[decide](pc.scanId)).toMatchObject({ status: 200 });
      const { data } = await pc.ask();
      if (decide === 'reject') expect(data).toEqual({ status: 'rejected' });
      else expect((await pc.exchange(data.loginCode)).data.user.id).toBe(survivor.userId);
    }
  });

  it('lets nobody confirm who was locked since, and tells the computer nothing of them', async () => {
    const pc = await computer(service);
    const ada = await person();
    await ada.scanned(pc.scanId);
    await service.app.get(DataSource).query("UPDATE users SET status = 'locked' WHERE id = ?", [ada.userId]);
    expect(await ada.confirm(pc.scanId)).toMatchObject({ status: 403, error: 'user_locked' });
    expect((await pc.ask()).data).toEqual({ status: 'scanned' });
  });

  it('is cancelled by its browser, which may say so again', async () => {
    const pc = await computer(service);
    const stream = events(other(), pc.path, pc.byToken);
    await until(() => stream.views.length === 1);
    const cancel = () => service.api('DELETE', pc.path, undefined, { headers: { cookie: pc.cookie } });
    expect(await service.api('DELETE', pc.path, { now: true }, { headers: pc.byToken })).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
    expect(await cancel()).toMatchObject({ status: 200, data: { status: 'cancelled' } });
    expect(await cancel()).toMatchObject({ status: 200, data: { status: 'cancelled' } });
    expect(statuses(await stream.ended)).toEqual(['pending', 'cancelled']);
    expect(await (await person()).scanned(pc.scanId)).toMatchObject({ status: 409, error: 'scan_state' });
  });

  it('refuses what it does not know: kinds, apps, fields', async () => {
    const begin = (body: object) => service.api('POST', '/auth/scans', body);
    expect(await begin({})).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await begin({ via: 'website' })).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await begin({ via: 'mini-program', openid: 'o' })).toMatchObject({ status: 400 });
    for (const appId of ['wx0', undefined]) {
      // Several mini programs are configured here.
      expect(await begin({ via: 'mini-program', appId })).toMatchObject({
        status: 400,
        error: 'unknown_app',
      });
    }
  });
});
