import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Blocklist } from '../../src/audit/blocklist.service.js';
import { backends, shared } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

describe.each(backends)('what stands before the doors on $name', (backend) => {
  let service: RunningService;
  const start = async (env: Record<string, string>) => {
    service = await startService(backend, {
      replicas: backend === shared ? 2 : 1,
      env: { TRUST_PROXY: '127.0.0.1', ...env },
    });
  };
  afterEach(() => service?.close());

  const anyReplica = (i: number) => service.replicas[i % service.replicas.length]!;
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const randomAddress = () => `198.51.100.${randomBytes(1)[0]}`;
  const wrongCode = (address: string, i = 0) =>
    anyReplica(i).api(
      'POST',
      '/auth/wechat/mini-program',
      { code: 'wrong', appId: miniProgram.appId },
      { headers: from(address) },
    );

  it('LOGIN_LIMIT_IP lets exactly so many attempts of an address through, 30 at once on all replicas', async () => {
    await start({ LOGIN_LIMIT_IP: '5/1m', BLOCK_AFTER: '100' });
    const address = randomAddress();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => wrongCode(address, i)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(25);
    for (const { error, headers } of refused) {
      expect(error).toBe('too_many_requests');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
      expect(headers.get('ratelimit-limit')).toBe('5');
      expect(headers.get('ratelimit-remaining')).toBe('0');
    }
    const elsewhere = await stranger(service.simulator).logIn(service, { headers: from('203.0.113.9') });
    expect(elsewhere.status).toBe(200);
  });

  it('a blocked address, range or IPv6 neighbourhood is refused at once on every replica, others are not', async () => {
    await start({});
    const blocklist = service.app.get(Blocklist, { strict: false });
    const logIn = (address: string, i: number) =>
      stranger(service.simulator).logIn(anyReplica(i), { headers: from(address) });
    const later = Date.now() + 60_000;
    await blocklist.add({ kind: 'address', value: '203.0.113.0/28', reason: 'by hand', expiresAt: later });
    await sleep(1000);
    for (const i of [0, 1]) {
      expect(await logIn('203.0.113.7', i)).toMatchObject({ status: 403, error: 'blocked' });
      expect(await logIn('203.0.113.77', i)).toMatchObject({ status: 200 });
    }
    const { data } = await stranger(service.simulator).logIn(service);
    const refresh = (address: string) =>
      service.api('POST', '/auth/refresh', { refreshToken: data.refreshToken }, { headers: from(address) });
    expect(await refresh('203.0.113.7')).toMatchObject({ status: 403, error: 'blocked' });
    expect(await refresh('203.0.113.77')).toMatchObject({ status: 200 });
    await sleep(1000);
    const log = service.app.get(AuditLog, { strict: false });
    const { items } = await log.list({ event: 'refresh_refused' }, 10);
    expect(items).toEqual([
      expect.objectContaining({
        address: '203.0.113.7',
        reason: 'blocked',
        blocked: true,
        outcome: 'failure',
      }),
    ]);
  });

  it('BLOCK_AFTER full windows of failures put an address on the blocklist for BLOCK_FOR', async () => {
    await start({ LOGIN_LIMIT_IP: '3/400ms', BLOCK_AFTER: '2', BLOCK_FOR: '2s' });
    const address = randomAddress();
    const seen: string[] = [];
    for (let i = 0; i < 60 && seen.at(-1) !== 'blocked'; i++) {
      seen.push(String((await wrongCode(address, i)).error));
      await sleep(40);
    }
    expect(seen.at(-1)).toBe('blocked');
    expect(seen.filter((error) => error === 'wechat_code_invalid').length).toBeGreaterThanOrEqual(6);
    const good = () => stranger(service.simulator).logIn(service, { headers: from(address) });
    expect(await good()).toMatchObject({ status: 403, error: 'blocked' });
    await sleep(2600);
    expect(await good()).toMatchObject({ status: 200 });
  });

  it('REPLAY_PROTECTION checks the headers where they are sent, and asks for them where required', async () => {
    await start({ REPLAY_PROTECTION: 'required' });
    const stamp = (nonce = randomBytes(8).toString('hex'), at = Math.floor(Date.now() / 1000)) => ({
      'x-timestamp': String(at),
      'x-nonce': nonce,
    });
    const logIn = (headers: Record<string, string>, i = 0) =>
      stranger(service.simulator).logIn(anyReplica(i), { headers });
    expect(await logIn({})).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await logIn(stamp())).toMatchObject({ status: 200 });
    expect(await logIn(stamp('x'.repeat(20), 1))).toMatchObject({
      status: 401,
      error: 'request_signature_invalid',
    });
    expect(await logIn(stamp('short'))).toMatchObject({ status: 400, error: 'invalid_request' });
    const headers = stamp();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => logIn(headers, i)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ status, error }) => `${status} ${error}`))).toEqual(
      new Set(['409 nonce_replayed']),
    );
  });

  it('every act stands in the audit log within a second: who, whence, through which door, how it ended', async () => {
    await start({});
    const address = randomAddress();
    const someone = stranger(service.simulator);
    const headers = { ...from(address), 'user-agent': 'audit-test/1' };
    const login = await someone.logIn(service, { headers });
    await wrongCode(address);
    const other = (await someone.logIn(service, { headers })).data;
    await service.api('DELETE', `/sessions/${other.sessionId}`, undefined, {
      token: login.data.accessToken,
      headers,
    });
    await service.api('POST', '/auth/logout', undefined, { token: login.data.accessToken, headers });
    await sleep(1000);
    const { items } = await service.app.get(AuditLog, { strict: false }).list({ address }, 50);
    expect(items.map(({ event, outcome, reason }) => `${event} ${outcome} ${reason}`).reverse()).toEqual([
      'identity_created success null',
      'login success null',
      'login failure wechat_code_invalid',
      'login success null',
      'session_ended success revoked',
      'logout success logged_out',
    ]);
    const userId = login.data.user.id;
    expect(items.at(-2)).toMatchObject({
      userId,
      address,
      userAgent: 'audit-test/1',
      appId: miniProgram.appId,
      blocked: false,
      traceId: login.json.traceId,
    });
  });
});
