import { randomBytes } from 'node:crypto';
import { backends, shared } from '../support/backends.js';
import { type EncryptedData, appOf, miniProgram, otherMiniProgram } from '../support/start-simulator.js';
import { stranger } from '../support/person.js';
import { type RunningService, startService } from '../support/start-service.js';

const avatarUrl = 'https://thirdwx.qlogo.cn/mmopen/vi_32/abc/132';
const minutesAgo = (minutes: number) => ({ timestamp: Math.floor(Date.now() / 1000) - minutes * 60 });

describe.each(backends)('what WeChat encrypted for a mini program on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend, {
      replicas: backend === shared ? 2 : 1,
      env: { DECRYPT_LIMIT: '15/10m' },
    });
  });
  afterAll(() => service?.close());

  const logIn = async (someone = stranger(service.simulator), appId = miniProgram.appId) => {
    const { data } = await someone.logIn(service, { appId });
    return { name: someone.name, someone, token: data.accessToken as string, user: data.user };
  };
  const send = (token: string, body: object, i = 0) =>
    service.replicas[i % service.replicas.length]!.api(
      'POST',
      '/users/me/wechat-data',
      { appId: miniProgram.appId, ...body },
      { token },
    );
  const profileOf = (name: string, data: Record<string, unknown> = { nickName: '小满' }) =>
    service.simulator.encryptedData(name, { data });

  it('opens a profile, in any script', async () => {
    const { name, token, user } = await logIn();
    const words = { nickName: '👨‍👩‍👧 السلام', gender: 1, city: '深圳', avatarUrl };
    const answer = await send(token, await profileOf(name, words));
    expect(answer).toMatchObject({
      status: 200,
      data: {
        id: user.id,
        nickname: '👨‍👩‍👧 السلام',
        gender: 'male',
        city: '深圳',
        avatarUrl,
        profileComplete: true,
      },
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('opens the profile that everybody has since 2022, and knows it for none', async () => {
    const { name, token } = await logIn();
    const answer = await send(token, await service.simulator.encryptedData(name));
    expect(answer).toMatchObject({ status: 200, data: { nickname: null, avatarUrl: null } });
    expect(answer.data).toMatchObject({ language: 'zh_CN', profileComplete: false });
  });

  it('opens a phone number and binds it', async () => {
    const { name, token } = await logIn();
    const data = { purePhoneNumber: '13800138000', phoneNumber: '13800138000', countryCode: '86' };
    const answer = await send(token, await service.simulator.encryptedData(name, { kind: 'phone', data }));
    expect(answer).toMatchObject({ status: 200, data: { phone: '138****8000' } });
  });

  it('opens with the session_key before the newest, too', async () => {
    const { someone, name } = await logIn();
    const { token } = await logIn(someone);
    const data = { nickName: '之前' };
    const sent = await service.simulator.encryptedData(name, { which: 'previous', data });
    expect(await send(token, sent)).toMatchObject({ status: 200, data: { nickname: '之前' } });
  });

  it('opens with the session_key that came with linking the same identity again', async () => {
    const { someone, name, token } = await logIn();
    const link = { kind: 'mini-program', appId: miniProgram.appId };
    for (let i = 0; i < 2; i++) {
      const body = { ...link, code: await someone.code() };
      expect((await service.api('POST', '/users/me/identities', body, { token })).status).toBe(201);
    }
    expect(await send(token, await profileOf(name))).toMatchObject({ status: 200 });
  });

  it('takes a unionid inside for no proof: nobody is linked by it', async () => {
    const other = await logIn();
    const { name, token, user } = await logIn();
    const answer = await send(token, await profileOf(name, { nickName: '小满', unionId: 'oSomebodyElse' }));
    expect(answer).toMatchObject({ status: 200, data: { id: user.id } });
    expect((await logIn(other.someone)).user.id).toBe(other.user.id);
  });

  it('asks for rawData and signature both, or for neither', async () => {
    const { name, token } = await logIn();
    const { rawData, signature, ...data } = await profileOf(name);
    expect(await send(token, { ...data, rawData, signature })).toMatchObject({ status: 200 });
    expect(await send(token, { ...data })).toMatchObject({ status: 200 });
    expect(await send(token, { ...data, rawData })).toMatchObject({
      status: 400,
      data: { fields: [{ path: 'signature' }] },
    });
    expect(await send(token, { ...data, signature })).toMatchObject({
      status: 400,
      data: { fields: [{ path: 'rawData' }] },
    });
    expect(await send(token, { ...data, openid: 'o1' })).toMatchObject({ error: 'invalid_request' });
    expect(await send(token, { ...data, appId: appOf('mobile').appId })).toMatchObject({
      error: 'unknown_app',
    });
  });

  it('answers all that does not open, fit or belong with one and the same error', async () => {
    const { name, token } = await logIn();
    const elsewhere = await logIn(undefined, otherMiniProgram.appId);
    const other = await logIn();
    const good = await profileOf(name);
    const bent = async (data: Record<string, unknown>, watermark = {}) =>
      service.simulator.encryptedData(name, { data, watermark });
    const faulty: Record<string, EncryptedData | Promise<EncryptedData>> = {
      'another iv': { ...good, iv: randomBytes(16).toString('base64') },
      'a short iv': { ...good, iv: 'AAAA' },
      'no base64': { ...good, encryptedData: '§§§§' },
      noise: { ...good, encryptedData: randomBytes(64).toString('base64') },
      'another person’s': profileOf(other.name),
      'another app’s, for one who never used it': service.simulator.encryptedData(elsewhere.name, {
        appId: otherMiniProgram.appId,
      }),
      'another app in the watermark': bent({}, { appid: otherMiniProgram.appId }),
      'another openId inside': bent({ openId: 'oSomebodyElse' }),
      old: bent({}, minutesAgo(30)),
      'of the future': bent({}, minutesAgo(-30)),
      'a signature of other words': { ...good, rawData: '{}' },
      'no signature at all': { ...good, signature: '' },
      'steps, no profile': service.simulator.encryptedData(name, {
        kind: 'phone',
        data: { purePhoneNumber: null, stepInfoList: [] },
      }),
    };
    const answers = new Map<string, unknown>();
    for (const [what, sent] of Object.entries(faulty)) {
      const { status, json } = await send(token, await sent);
      answers.set(what, { ...json, traceId: undefined, status });
    }
    const one = {
      status: 400,
      code: 40020,
      error: 'decryption_failed',
      message: '加密数据无法解开',
      data: null,
    };
    expect(Object.fromEntries(answers)).toEqual(
      Object.fromEntries(Object.keys(faulty).map((what) => [what, one])),
    );
    expect((await send(token, good)).data.nickname).toBe('小满');
    const me = await service.api('GET', '/users/me', undefined, { token: elsewhere.token });
    expect(await send(elsewhere.token, { ...good })).toMatchObject({ error: 'decryption_failed' });
    expect(me.data.nickname).toBeNull();
  });

  it('DECRYPT_LIMIT lets a session fail so often, 50 at once on all replicas, and then hears it no more', async () => {
    const { someone, name, token } = await logIn();
    const good = await profileOf(name);
    for (let i = 0; i < 20; i++) expect((await send(token, good, i)).status).toBe(200);
    const bad = { ...good, iv: randomBytes(16).toString('base64') };
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => send(token, bad, i)));
    expect(answers.filter(({ error }) => error === 'decryption_failed')).toHaveLength(15);
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(35);
    for (const { headers } of [...refused, await send(token, good)]) {
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(500);
      expect(headers.get('ratelimit-limit')).toBe('15');
      expect(headers.get('ratelimit-remaining')).toBe('0');
    }
    const again = await logIn(someone);
    expect(await send(again.token, await profileOf(name))).toMatchObject({ status: 200 });
  });

  it('changes nothing where the limit refuses it', async () => {
    const { name, token } = await logIn();
    const bad = { ...(await profileOf(name)), iv: 'AAAA' };
    for (let i = 0; i < 15; i++) await send(token, bad);
    expect(await send(token, await profileOf(name))).toMatchObject({ status: 429 });
    const me = await service.api('GET', '/users/me', undefined, { token });
    expect(me.data.nickname).toBeNull();
  });
});
