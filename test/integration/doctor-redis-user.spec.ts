import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { Finding } from '../../src/doctor/finding.js';
import { examineRedis } from '../../src/doctor/redis.js';
import { shared } from '../support/backends.js';
import { browser, placeOf } from '../support/browser.js';
import { stranger } from '../support/person.js';
import { computer, phone } from '../support/scan.js';
import { startRedis } from '../support/services/redis.js';
import type { ThrowawayServer } from '../support/services/throwaway-server.js';
import { type RunningService, startService } from '../support/start-service.js';

/** As the page for operators says it. */
const rule = /^ACL (SETUSER wxpass .*)$/m.exec(readFileSync('docs/doctor.md', 'utf8'))![1]!;

describe('a Redis user who may do what docs/doctor.md says and no more', () => {
  let redis: ThrowawayServer;
  let administrator: Redis;
  let service: RunningService;
  beforeAll(async () => {
    redis = await startRedis();
    administrator = new Redis(redis.url);
    await administrator.call('ACL', ...rule.split(' '));
    const REDIS_URL = `${redis.url.replace('//', '//wxpass:password@')}/3`;
    service = await startService(shared, {
      replicas: 2,
      env: { REPLICAS: '2', REDIS_URL, SCAN_LIMIT: '2/1m' },
    });
  });
  afterAll(async () => {
    await service?.close();
    administrator?.disconnect();
    await redis?.stop();
  });
  const other = () => service.replicas[1]!;

  it('lets people log in by a code, refresh and log out', async () => {
    const { status, data } = await stranger(service.simulator).logIn(service);
    expect(status).toBe(200);
    const refreshed = await other().api('POST', '/auth/refresh', { refreshToken: data.refreshToken });
    expect(refreshed.status).toBe(200);
    const token = refreshed.data.accessToken as string;
    expect((await service.api('POST', '/auth/logout', undefined, { token })).status).toBe(200);
    expect((await other().api('GET', '/users/me', undefined, { token })).status).toBe(401);
  });

  it('lets them log in by a redirect, and exchange its code at another replica', async () => {
    const who = browser(service);
    const codeVerifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(codeVerifier).digest('base64url');
    const query = new URLSearchParams({ returnTo: 'https://app.example.test/', codeChallenge });
    const begun = await who.open(`/api/v1/auth/wechat/website/authorize?${query.toString()}`);
    const back = (await service.simulator.consent(placeOf(begun).href, { person: 'by an ACL' }))!;
    const loginCode = placeOf(await who.open(back)).searchParams.get('loginCode');
    expect((await other().api('POST', '/auth/token', { loginCode, codeVerifier })).status).toBe(200);
  });

  it('lets them scan with one replica and wait at the other, until the limit', async () => {
    const { data } = await stranger(service.simulator).logIn(service);
    const hand = phone(other(), data.accessToken as string);
    const pc = await computer(service);
    const waiting = pc.ask('?wait=30&status=pending');
    expect((await hand.scanned(pc.scanId)).status).toBe(200);
    expect((await waiting).data.status).toBe('scanned');
    const decision = pc.ask('?wait=30&status=scanned');
    expect((await hand.confirm(pc.scanId)).status).toBe(200);
    const { loginCode } = (await decision).data;
    expect((await pc.exchange(loginCode)).status).toBe(200);
    await computer(service);
    await expect(computer(service)).rejects.toThrow('too_many_requests');
  });

  it('has nothing refused by then, and the doctor finds nothing wrong', async () => {
    const findings = await examineRedis({ kind: 'standalone', url: service.env.REDIS_URL! });
    expect(findings.map(({ id, status }) => [id, status])).toEqual([
      ['redis', 'ok'],
      ['clock-redis', 'ok'],
    ]);
    expect(refusals(await administrator.call('ACL', 'LOG'))).toEqual([]);
    await administrator.select(3);
    expect(await administrator.keys('*doctor:count')).toEqual([]);
    for (const key of await administrator.keys('*')) expect(key).toMatch(/^wxpass:/);
  });

  it.each(rule.match(/\+\w+/g)!)('could not do without %s', async (allowed) => {
    const command = allowed.slice(1);
    const name = `without-${command}`;
    const rules = rule.replace('SETUSER wxpass', `SETUSER ${name}`).split(' ');
    await administrator.call('ACL', ...rules.filter((one) => one !== allowed));
    const url = redis.url.replace('//', `//${name}:password@`);
    const [{ id, remedy }] = (await examineRedis({ kind: 'standalone', url })) as [Finding];
    expect(id).toBe(command === 'info' ? 'redis-info-refused' : 'redis-refuses-commands');
    expect(remedy!.en).toContain(`ACL SETUSER ${name}`);
    expect(remedy!.en).toContain(allowed);
  });
});

/** The commands that an ACL refused, but for the name by which ioredis introduces itself. */
function refusals(log: unknown): string[] {
  return (log as string[][])
    .map((entry) => entry[entry.indexOf('object') + 1]!)
    .filter((command) => !command.startsWith('client'));
}
