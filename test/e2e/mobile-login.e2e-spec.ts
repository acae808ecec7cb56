import { randomUUID } from 'node:crypto';
import { backends } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { appOf, miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const mobileApp = appOf('mobile');

describe.each(backends)('a native app logs in on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend);
  });
  afterEach(() => service.simulator.clearFaults());
  afterAll(() => service?.close());

  const codeOf = (name: string) => service.simulator.code(name, { kind: 'mobile' });
  const logIn = (body: object, options: object = {}) =>
    service.api('POST', '/auth/wechat/mobile', body, options);
  const callsOf = async (path: string) =>
    (await service.simulator.calls()).filter((call) => call.path === path).length;

  it('with a code: a user with what WeChat shows, a session of type mobile, tokens', async () => {
    const { name } = stranger(service.simulator);
    const login = await logIn({ code: await codeOf(name) });
    expect(login).toMatchObject({ status: 200, data: { tokenType: 'Bearer', isNewUser: true } });
    expect(login.data.user).toMatchObject({
      nickname: expect.stringContaining(name),
      avatarUrl: expect.stringMatching(/^https:/),
      profileComplete: true,
    });
    const claims = JSON.parse(
      Buffer.from(login.data.accessToken.split('.')[1], 'base64url').toString(),
    ) as Record<string, unknown>;
    expect(claims).toMatchObject({ sub: login.data.user.id, client_id: mobileApp.appId });
    const { data } = await service.api('GET', '/sessions', undefined, { token: login.data.accessToken });
    expect(data.items).toMatchObject([{ via: 'mobile', device: { type: 'mobile' } }]);
  });

  it('as the same person who uses the mini program', async () => {
    const someone = stranger(service.simulator);
    const first = await someone.logIn(service);
    const second = await logIn({ code: await codeOf(someone.name), appId: mobileApp.appId });
    expect(second.data).toMatchObject({ isNewUser: false, user: { id: first.data.user.id } });
  });

  it('with one code once, 50 at once', async () => {
    const code = await codeOf(stranger(service.simulator).name);
    const answers = await Promise.all(Array.from({ length: 50 }, () => logIn({ code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(49);
  });

  it('not with a code of the mini program', async () => {
    const code = await stranger(service.simulator).code();
    expect(await logIn({ code })).toMatchObject({ status: 401, error: 'wechat_code_invalid' });
    expect(await logIn({ code, appId: miniProgram.appId })).toMatchObject({ error: 'unknown_app' });
  });

  it.each([
    ['no code', {}],
    ['a code of 129 characters', { code: 'a'.repeat(129) }],
    ['a code that is more than one value', { code: 'a&appid=b' }],
    ['a phone code, which native apps have none of', { code: 'a', phoneCode: 'b' }],
    ['an openid', { code: 'a', openid: 'o1' }],
  ])('not with %s, and WeChat is not asked', async (_, body) => {
    const before = await callsOf('/sns/oauth2/access_token');
    expect(await logIn(body)).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(await callsOf('/sns/oauth2/access_token')).toBe(before);
  });

  it('also while WeChat does not show the profile', async () => {
    await service.simulator.fault({ path: '/sns/userinfo', errcode: 45011 });
    const login = await logIn({ code: await codeOf(stranger(service.simulator).name) });
    expect(login).toMatchObject({ status: 200, data: { user: { nickname: null, profileComplete: false } } });
  });

  it('with cookies where it asks for them, and again after a lost answer', async () => {
    const code = await codeOf(stranger(service.simulator).name);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await logIn({ code, mode: 'cookie' }, { headers });
    expect(first.data).not.toHaveProperty('accessToken');
    expect(first.headers.getSetCookie().join()).toContain('wxpass_access=');
    const second = await logIn({ code, mode: 'cookie' }, { headers });
    expect(second.data.sessionId).toBe(first.data.sessionId);
  });
});
