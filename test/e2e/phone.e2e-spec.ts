import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Sealer } from '../../src/platform/crypto/sealer.js';
import { sealedPhone } from '../../src/users/sealed-user-columns.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends, shared } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { appOf, miniProgram, otherMiniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const path = '/wxa/business/getuserphonenumber';

describe.each(backends)('a phone number on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, { replicas: backend === shared ? 2 : 1 });
  });
  afterEach(() => service.simulator.clearFaults());
  afterAll(() => service?.close());

  const anyReplica = (i: number) => service.replicas[i % service.replicas.length]!;
  const logIn = async (someone = stranger(service.simulator), appId = miniProgram.appId) => {
    const { data } = await someone.logIn(service, { appId });
    return { name: someone.name, token: data.accessToken as string, user: data.user };
  };
  const bind = (token: string, code: string, options: object = {}, i = 0) =>
    anyReplica(i).api('POST', '/users/me/phone', { code, appId: miniProgram.appId }, { token, ...options });
  const number = { phoneNumber: '13800138000' };
  const users = () => service.app.get(DataSource).getRepository(UserEntity);
  const sealedNumberOf = async (id: string) => (await users().findOneByOrFail({ id })).phoneSealed!;
  const timesAsked = async () =>
    (await service.simulator.calls()).filter((call) => call.path === path).length;

  describe('of who is logged in', () => {
    it('is shown masked, lies sealed and bound to its row, and stands in the audit log', async () => {
      const { name, token, user } = await logIn();
      const answer = await bind(token, await service.simulator.phoneCode(name, number));
      expect(answer).toMatchObject({ status: 200, data: { ...user, phone: '138****8000' } });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const sealed = await sealedNumberOf(user.id);
      expect(sealed).not.toContain('13800138000');
      const sealer = service.app.get(Sealer, { strict: false });
      expect(sealer.open(sealed, sealedPhone.placeOf(user.id))).toBe('+8613800138000');
      expect(() => sealer.open(sealed, sealedPhone.placeOf(randomUUID()))).toThrow('cannot be opened');
      await sleep(1000);
      const log = service.app.get(AuditLog, { strict: false });
      const { items } = await log.list({ userId: user.id, event: 'phone_bound' }, 10);
      expect(items).toMatchObject([
        { outcome: 'success', appId: miniProgram.appId, traceId: answer.json.traceId },
      ]);
    });

    it('may be foreign, and takes the place of the one before', async () => {
      const { name, token, user } = await logIn();
      await bind(token, await service.simulator.phoneCode(name, number));
      const foreign = { phoneNumber: '51234567', countryCode: '852' };
      const answer = await bind(token, await service.simulator.phoneCode(name, foreign));
      expect(answer).toMatchObject({ status: 200, data: { phone: '+852 ****4567' } });
      const sealer = service.app.get(Sealer, { strict: false });
      const sealed = await sealedNumberOf(user.id);
      expect(sealer.open(sealed, sealedPhone.placeOf(user.id))).toBe('+85251234567');
    });

    it('is nobody’s but theirs, whoever shows the code', async () => {
      const [owner, thief] = [await logIn(), await logIn()];
      const code = await service.simulator.phoneCode(owner.name, number);
      expect(await bind(thief.token, code)).toMatchObject({ status: 401, error: 'wechat_code_invalid' });
      expect(await bind(owner.token, code)).toMatchObject({ status: 200, data: { phone: '138****8000' } });
      const me = await service.api('GET', '/users/me', undefined, { token: thief.token });
      expect(me.data.phone).toBeNull();
    });

    it('belongs to any of their WeChat accounts that are linked in one mini program', async () => {
      const second = stranger(service.simulator);
      const { name, token } = await logIn();
      const link = { kind: 'mini-program', appId: miniProgram.appId, code: await second.code() };
      expect((await service.api('POST', '/users/me/identities', link, { token })).status).toBe(201);
      for (const owner of [name, second.name]) {
        expect((await bind(token, await service.simulator.phoneCode(owner))).status).toBe(200);
      }
    });

    it('is 404 for who never used the mini program, and never asked for', async () => {
      const { name, token } = await logIn(undefined, otherMiniProgram.appId);
      const before = await timesAsked();
      const code = await service.simulator.phoneCode(name, number);
      expect(await bind(token, code)).toMatchObject({ status: 404, error: 'not_found' });
      expect(await timesAsked()).toBe(before);
    });

    it('binds one code once, 50 at once on all replicas', async () => {
      const { name, token } = await logIn();
      const code = await service.simulator.phoneCode(name, number);
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => bind(token, code, {}, i)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const lost = answers.filter(({ status }) => status !== 200);
      expect(new Set(lost.map(({ status, error }) => `${status} ${error}`))).toEqual(
        new Set(['401 wechat_code_invalid']),
      );
    });

    it('is asked for once by 20 at once with one Idempotency-Key, which is that person’s alone', async () => {
      const { name, token } = await logIn();
      const code = await service.simulator.phoneCode(name, number);
      const headers = { 'idempotency-key': randomUUID() };
      const before = await timesAsked();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => bind(token, code, { headers }, i)),
      );
      expect(new Set(answers.map(({ status, data }) => `${status} ${data?.phone}`))).toEqual(
        new Set(['200 138****8000']),
      );
      expect((await timesAsked()) - before).toBe(1);
      const other = await logIn();
      expect(await bind(other.token, code, { headers })).toMatchObject({ error: 'idempotency_key_reused' });
    });

    it.each([
      ['no code', {}],
      ['an empty code', { code: '' }],
      ['a code of 257 characters', { code: 'a'.repeat(257) }],
      ['a code with a space', { code: 'a b' }],
      ['an openid', { code: 'a', openid: 'o1' }],
      ['a number', { code: 'a', phoneNumber: '13800138000' }],
    ])('is refused with %s before WeChat is asked', async (_, body) => {
      const { token } = await logIn();
      const before = await timesAsked();
      const answer = await service.api('POST', '/users/me/phone', body, { token });
      expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
      expect(await timesAsked()).toBe(before);
    });

    it('needs the app’s name where there are several, and a mini program', async () => {
      const { token } = await logIn();
      for (const appId of [undefined, appOf('mobile').appId, 'wx0']) {
        const answer = await service.api('POST', '/users/me/phone', { code: 'a', appId }, { token });
        expect(answer).toMatchObject({ status: 400, error: 'unknown_app' });
      }
    });
  });

  describe('that comes with a login', () => {
    const logInWith = (code: string, phoneCode: string, options: object = {}, i = 0) =>
      anyReplica(i).api(
        'POST',
        '/auth/wechat/mini-program',
        { code, phoneCode, appId: miniProgram.appId },
        options,
      );
    const rows = async () => {
      const dataSource = service.app.get(DataSource);
      const count = async (table: string) =>
        Number((await dataSource.query(`SELECT COUNT(*) AS n FROM ${table}`))[0].n);
      return { users: await count('users'), sessions: await count('sessions') };
    };

    it('is bound in the same call', async () => {
      const someone = stranger(service.simulator);
      const phoneCode = await service.simulator.phoneCode(someone.name, number);
      const login = await logInWith(await someone.code(), phoneCode);
      expect(login).toMatchObject({ status: 200, data: { isNewUser: true, user: { phone: '138****8000' } } });
      expect((await logIn(someone)).user.phone).toBe('138****8000');
      await sleep(1000);
      const { items } = await service.app
        .get(AuditLog, { strict: false })
        .list({ userId: login.data.user.id }, 10);
      expect(items.map(({ event }) => event).sort()).toEqual(
        ['identity_created', 'login', 'login', 'phone_bound'].sort(),
      );
    });

    it('lets no login pass without it: nothing is left of one whose phone code is refused', async () => {
      const [someone, other] = [stranger(service.simulator), stranger(service.simulator)];
      const before = await rows();
      for (const phoneCode of ['made-up', await service.simulator.phoneCode(other.name, number)]) {
        const answer = await logInWith(await someone.code(), phoneCode);
        expect(answer).toMatchObject({ status: 401, error: 'wechat_code_invalid' });
      }
      expect(await rows()).toEqual(before);
      expect((await logIn(someone)).user.phone).toBeNull();
    });

    it('is not bound to who is locked', async () => {
      const someone = stranger(service.simulator);
      const { user } = await logIn(someone);
      await users().update({ id: user.id }, { status: 'locked' });
      const phoneCode = await service.simulator.phoneCode(someone.name, number);
      const answer = await logInWith(await someone.code(), phoneCode);
      expect(answer).toMatchObject({ status: 403, error: 'user_locked' });
      expect((await users().findOneByOrFail({ id: user.id })).phoneMasked).toBeNull();
    });

    it('is asked for once by 20 at once with one Idempotency-Key', async () => {
      const someone = stranger(service.simulator);
      const [code, phoneCode] = [
        await someone.code(),
        await service.simulator.phoneCode(someone.name, number),
      ];
      const headers = { 'idempotency-key': randomUUID() };
      const before = await timesAsked();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => logInWith(code, phoneCode, { headers }, i)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ data }) => data.sessionId)).size).toBe(1);
      expect((await timesAsked()) - before).toBe(1);
    });

    it('spends no more than 5 s on WeChat with it', async () => {
      const someone = stranger(service.simulator);
      const [code, phoneCode] = [
        await someone.code(),
        await service.simulator.phoneCode(someone.name, number),
      ];
      await service.simulator.fault({ path: '/sns/jscode2session', delayMs: 2800 });
      await service.simulator.fault({ path, hang: true });
      const started = Date.now();
      const answer = await logInWith(code, phoneCode);
      expect(answer).toMatchObject({ status: 503, error: 'wechat_unavailable' });
      expect(Date.now() - started).toBeGreaterThan(4500);
      expect(Date.now() - started).toBeLessThan(5500);
    });
  });
});
