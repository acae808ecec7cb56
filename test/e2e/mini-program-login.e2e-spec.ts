import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { SessionEntity } from '../../src/session/session.entity.js';
import { Identities } from '../../src/users/identities.service.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { backends } from '../support/backends.js';
import { person, stranger } from '../support/person.js';
import { miniProgram, otherMiniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

const sessionKeyOf = (answer: unknown): string[] => {
  const { body } = (answer ?? {}) as { body?: string };
  return body?.startsWith('{') ? [JSON.parse(body).session_key].filter(Boolean) : [];
};

describe.each(backends)('a mini program logs in on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend);
  });
  afterAll(() => service?.close());

  it('turns a code into a user, a session and tokens', async () => {
    const login = await stranger(service.simulator).logIn(service);
    expect(login.status).toBe(200);
    expect(login.json).toMatchObject({
      code: 0,
      message: 'ok',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(login.data).toEqual({
      tokenType: 'Bearer',
      accessToken: expect.any(String),
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{86}$/),
      refreshExpiresIn: 30 * 24 * 3600,
      sessionId: expect.any(String),
      isNewUser: true,
      user: expect.objectContaining({
        role: 'user',
        status: 'active',
        nickname: null,
        profileComplete: false,
      }),
    });
    expect(claims(login.data.accessToken)).toMatchObject({
      iss: 'https://login.example.test',
      aud: 'wxpass',
      sub: login.data.user.id,
      sid: login.data.sessionId,
      role: 'user',
      client_id: miniProgram.appId,
    });
    expect(login.headers.get('cache-control')).toBe('no-store');
  });

  it('knows a person again, each time in a new session', async () => {
    const ada = stranger(service.simulator);
    const first = await ada.logIn(service);
    const second = await ada.logIn(service);
    expect(second.data.user.id).toBe(first.data.user.id);
    expect(second.data.isNewUser).toBe(false);
    expect(second.data.sessionId).not.toBe(first.data.sessionId);
    expect(Date.parse(second.data.user.lastLoginAt)).toBeGreaterThanOrEqual(
      Date.parse(first.data.user.lastLoginAt),
    );
  });

  it('makes one user of 100 first logins at once', async () => {
    const crowd = stranger(service.simulator);
    const logins = await Promise.all(Array.from({ length: 100 }, () => crowd.logIn(service)));
    expect(new Set(logins.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(logins.map(({ data }) => data.user.id)).size).toBe(1);
    expect(logins.filter(({ data }) => data.isNewUser)).toHaveLength(1);
    expect(new Set(logins.map(({ data }) => data.sessionId)).size).toBe(100);
  });

  it('makes one user of a person who first comes through two apps at once', async () => {
    for (let round = 0; round < 10; round++) {
      const twin = stranger(service.simulator);
      const logins = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          twin.logIn(service, { appId: i % 2 ? miniProgram.appId : otherMiniProgram.appId }),
        ),
      );
      expect(new Set(logins.map(({ data }) => data.user.id)).size).toBe(1);
      expect(logins.filter(({ data }) => data.isNewUser)).toHaveLength(1);
    }
  });

  it('links a second app of a known person by the unionid, also one that came later', async () => {
    const late = stranger(service.simulator);
    const first = await late.logIn(service, { unionid: false });
    const again = await late.logIn(service);
    const elsewhere = await late.logIn(service, { appId: otherMiniProgram.appId });
    expect(again.data.user.id).toBe(first.data.user.id);
    expect(elsewhere.data.user.id).toBe(first.data.user.id);
    expect(elsewhere.data.isNewUser).toBe(false);
  });

  it('lets one code serve once, 50 at once', async () => {
    const code = await stranger(service.simulator).code();
    const answers = await Promise.all(
      Array.from({ length: 50 }, () =>
        service.api('POST', '/auth/wechat/mini-program', { code, appId: miniProgram.appId }),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 200);
    expect(new Set(losers.map(({ status, error }) => `${status} ${error}`))).toEqual(
      new Set(['401 wechat_code_used']),
    );
  });

  it('refuses a code of another app', async () => {
    const code = await stranger(service.simulator).code({ appId: otherMiniProgram.appId });
    const answer = await service.api('POST', '/auth/wechat/mini-program', { code, appId: miniProgram.appId });
    expect(answer).toMatchObject({ status: 401, error: 'wechat_code_invalid', data: { errcode: 40029 } });
  });

  it('asks for the appId where several mini programs are configured, and knows no others', async () => {
    const code = await stranger(service.simulator).code();
    expect(await service.api('POST', '/auth/wechat/mini-program', { code })).toMatchObject({
      status: 400,
      error: 'unknown_app',
    });
    expect(
      await service.api('POST', '/auth/wechat/mini-program', { code, appId: 'wxffffffffffffffff' }),
    ).toMatchObject({ status: 400, error: 'unknown_app' });
    const { data } = await service.api('POST', '/auth/wechat/mini-program', {
      code,
      appId: miniProgram.appId,
    });
    expect(data.isNewUser).toBe(true);
  });

  it.each([
    [{ errcode: 40226 }, 403, 'wechat_user_blocked'],
    [{ errcode: 40125 }, 502, 'wechat_error'],
    [{ errcode: 45011 }, 503, 'wechat_unavailable'],
    [{ status: 502, body: 'bad gateway' }, 503, 'wechat_unavailable'],
    [{ body: '<html></html>' }, 502, 'wechat_error'],
    [{ reset: true }, 503, 'wechat_unavailable'],
  ])('answers a fault of WeChat %j with %i %s', async (fault, status, error) => {
    const someone = stranger(service.simulator);
    const code = await someone.code();
    await service.simulator.fault({ path: '/sns/jscode2session', ...fault });
    const answer = await service.api('POST', '/auth/wechat/mini-program', { code, appId: miniProgram.appId });
    await service.simulator.clearFaults();
    expect(answer).toMatchObject({ status, error });
    expect(answer.headers.has('retry-after')).toBe(status === 503);
    expect(answer.text).not.toContain(miniProgram.appSecret);
  });

  it('tries once more where WeChat says -1, and the person notices nothing', async () => {
    const someone = stranger(service.simulator);
    await service.simulator.fault({ path: '/sns/jscode2session', errcode: -1 });
    expect(await someone.logIn(service)).toMatchObject({ status: 200 });
  });

  it('gives up on a WeChat that hangs, within the time a login may spend there', async () => {
    const someone = stranger(service.simulator);
    await service.simulator.fault({ path: '/sns/jscode2session', hang: true });
    const started = Date.now();
    const answer = await someone.logIn(service);
    await service.simulator.clearFaults();
    expect(answer).toMatchObject({ status: 503, error: 'wechat_unavailable' });
    expect(Date.now() - started).toBeLessThan(6000);
  });

  it('takes the code from the body alone, whatever the query says', async () => {
    const [real, other] = [stranger(service.simulator), stranger(service.simulator)];
    const door = (query: string) => `/auth/wechat/mini-program?${query}`;
    const body = { code: await real.code(), appId: miniProgram.appId };
    const stolen = await other.code();
    const invented = await service.api('POST', door(`code=${stolen}`), { ...body, code: 'not-the-code' });
    expect(invented).toMatchObject({ status: 401, error: 'wechat_code_invalid' });
    const login = await service.api('POST', door(`error=access_denied&code=${stolen}&code=x&state=y`), body);
    expect(login).toMatchObject({ status: 200, data: { isNewUser: true } });
    expect((await real.logIn(service)).data.user.id).toBe(login.data.user.id);
  });

  it('refuses a locked user, also where an answer would only be repeated', async () => {
    const someone = stranger(service.simulator);
    const headers = { 'idempotency-key': `locked-${someone.name}`.replaceAll(' ', '-') };
    const body = { code: await someone.code(), appId: miniProgram.appId };
    const login = await service.api('POST', '/auth/wechat/mini-program', body, { headers });
    expect(login.status).toBe(200);
    await service.app
      .get(DataSource)
      .manager.update(UserEntity, { id: login.data.user.id }, { status: 'locked' });
    expect(await someone.logIn(service)).toMatchObject({ status: 403, error: 'user_locked' });
    const repeated = await service.api('POST', '/auth/wechat/mini-program', body, { headers });
    expect(repeated).toMatchObject({ status: 403, error: 'user_locked' });
    await sleep(1000);
    const log = service.app.get(AuditLog, { strict: false });
    const { items } = await log.list({ userId: login.data.user.id, event: 'login' }, 10);
    const acts = items.map(({ outcome, reason }) => `${outcome} ${reason}`);
    expect(acts.reverse()).toEqual(['success null', 'failure user_locked', 'failure user_locked']);
  });

  it('believes no unionid that is another person’s, and lets both go on', async () => {
    const identities = service.app.get(Identities, { strict: false });
    const proof = (openid: string, unionid?: string, appId = miniProgram.appId) =>
      identities
        .identify(
          {
            kind: 'mini-program',
            appId,
            openid,
            unionid,
            unionidStatus: unionid === undefined ? 'app_not_bound' : 'present',
          },
          async () => undefined,
        )
        .then(({ user }) => user.id);
    const first = await proof('oFirst', 'uShared');
    const second = await proof('oSecond', 'uShared');
    expect(second).not.toBe(first);
    expect(await proof('oSecond', 'uShared')).toBe(second);
    expect(await proof('oElsewhere', 'uShared', otherMiniProgram.appId)).toBe(first);
    const third = await proof('oThird', undefined, otherMiniProgram.appId);
    expect(await proof('oThird', 'uShared', otherMiniProgram.appId)).toBe(third);
    expect(await proof('oFirst', 'uChanged')).toBe(first);
  });

  it('never answers with a session_key', async () => {
    const login = await person(service.simulator, 'ada').logIn(service);
    const calls = await service.simulator.calls();
    const keys = calls.flatMap(({ answer }) => sessionKeyOf(answer));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(login.text).not.toContain(key);
  });

  it('keeps what the client says of its device, and refuses what it may not say', async () => {
    const someone = stranger(service.simulator);
    const device = { id: 'phone-1', type: 'mobile', name: '小明的手机 📱' };
    const login = await someone.logIn(service, {
      body: { device },
      headers: { 'user-agent': 'MicroMessenger/8.0.50' },
    });
    const row = await service.app
      .get(DataSource)
      .manager.findOneByOrFail(SessionEntity, { id: login.data.sessionId as string });
    expect(row).toMatchObject({
      deviceId: 'phone-1',
      deviceType: 'mobile',
      deviceName: '小明的手机 📱',
      via: 'mini-program',
      clientId: miniProgram.appId,
      address: '127.0.0.1',
    });
    const wrong = await someone.logIn(service, { body: { device: { ...device, type: 'toaster' } } });
    expect(wrong).toMatchObject({ status: 400, error: 'invalid_request' });
    const claimed = await someone.logIn(service, { body: { openid: 'oSomebodyElse' } });
    expect(claimed.data.fields).toEqual([{ path: 'openid', message: expect.any(String) }]);
  });
});
