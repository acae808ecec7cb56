import { backends } from '../support/backends.js';
import { stranger } from '../support/person.js';
import { appOf, miniProgram } from '../support/start-simulator.js';
import { type RunningService, startService } from '../support/start-service.js';

const greyAvatar =
  'https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132';
const avatarUrl = 'https://img.example.com/a.png?size=132';

describe.each(backends)('the own profile on $name', (backend) => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startService(backend);
  });
  afterAll(() => service?.close());

  const logIn = async (someone = stranger(service.simulator)) => {
    const { data } = await someone.logIn(service);
    return { someone, token: data.accessToken as string };
  };
  const patch = (token: string, body: unknown) => service.api('PATCH', '/users/me', body, { token });
  const me = async (token: string) => (await service.api('GET', '/users/me', undefined, { token })).data;
  const fromWechat = async (name: string, token: string, data: Record<string, unknown>) => {
    const sent = await service.simulator.encryptedData(name, { data });
    const body = { ...sent, appId: miniProgram.appId };
    return service.api('POST', '/users/me/wechat-data', body, { token });
  };
  const logInByMobile = async (name: string) => {
    const code = await service.simulator.code(name, { kind: 'mobile' });
    return service.api('POST', '/auth/wechat/mobile', { code, appId: appOf('mobile').appId });
  };

  it('takes what the person sets, leaves what is absent, and lets go of what is null', async () => {
    const { token } = await logIn();
    const all = { nickname: '小满', avatarUrl, email: 'a@example.com', gender: 'other', language: 'zh-CN' };
    const first = await patch(token, all);
    expect(first).toMatchObject({ status: 200, data: { ...all, profileComplete: true } });
    const second = await patch(token, { email: 'b@example.com' });
    expect(second.data).toEqual({ ...first.data, email: 'b@example.com' });
    const third = await patch(token, { nickname: null, email: null });
    expect(third.data).toEqual({ ...first.data, nickname: null, email: null, profileComplete: false });
    expect((await patch(token, {})).data).toEqual(third.data);
    expect(await me(token)).toEqual(third.data);
  });

  it.each([
    ['64 emoji', { nickname: '😀'.repeat(64) }],
    ['a family in one emoji', { nickname: '👨‍👩‍👧 李' }],
    ['WeChat’s spelling of a language', { language: 'zh_CN' }],
    ['a long language tag', { language: 'zh-Hant-TW' }],
  ])('takes %s', async (_, body) => {
    const { token } = await logIn();
    expect(await patch(token, body)).toMatchObject({ status: 200, data: body });
  });

  it('takes white space around a nickname away', async () => {
    const { token } = await logIn();
    expect((await patch(token, { nickname: '　 小满 \t' })).data.nickname).toBe('小满');
  });

  it.each([
    ['no nickname', { nickname: '' }],
    ['a blank nickname', { nickname: '  ' }],
    ['65 emoji', { nickname: '😀'.repeat(65) }],
    ['a line break', { nickname: 'a\nb' }],
    ['text that turns around', { nickname: 'a\u202eb' }],
    ['half a character', { nickname: '\ud83d' }],
    ['http', { avatarUrl: 'http://img.example.com/a.png' }],
    ['a script', { avatarUrl: 'javascript:alert(1)' }],
    ['no host', { avatarUrl: 'https:a.png' }],
    ['a quote in a URL', { avatarUrl: 'https://img.example.com/"onerror=' }],
    ['a URL of 513 characters', { avatarUrl: `https://img.example.com/${'a'.repeat(489)}` }],
    ['no address', { email: 'nobody' }],
    ['an address of 255 characters', { email: `a@${'b.'.repeat(125)}com` }],
    ['another gender', { gender: 'm' }],
    ['a language with a space', { language: 'zh CN' }],
    ['a language of 17 characters', { language: 'zh-Hant-TW-aaaaaa' }],
    ['a number', { nickname: 7 }],
    ['the role', { role: 'admin' }],
    ['the phone', { phone: '+8613800138000' }],
    ['the country, which WeChat alone tells', { country: 'CN' }],
  ])('refuses %s, and says where', async (_, body) => {
    const { token } = await logIn();
    const answer = await patch(token, body);
    expect(answer).toMatchObject({ status: 400, error: 'invalid_request' });
    expect(answer.data.fields.map(({ path }: { path: string }) => path)).toEqual(Object.keys(body));
  });

  it('knows “微信用户” and the grey avatar as no profile', async () => {
    const { token } = await logIn();
    await patch(token, { nickname: '小满', avatarUrl });
    const answer = await patch(token, { nickname: '微信用户', avatarUrl: greyAvatar });
    expect(answer).toMatchObject({
      status: 200,
      data: { nickname: null, avatarUrl: null, profileComplete: false },
    });
    expect((await patch(token, { nickname: '小满' })).data.profileComplete).toBe(false);
    expect((await patch(token, { avatarUrl })).data.profileComplete).toBe(true);
  });

  it('is filled in by WeChat, except for what the person chose', async () => {
    const { someone, token } = await logIn();
    await patch(token, { nickname: '我选的', gender: 'other' });
    const words = { nickName: '微信说的', gender: 2, language: 'en', city: '广州', avatarUrl };
    const answer = await fromWechat(someone.name, token, words);
    const expected = { nickname: '我选的', gender: 'other', language: 'en', city: '广州', avatarUrl };
    expect(answer).toMatchObject({ status: 200, data: { ...expected, profileComplete: true } });
    const login = await logInByMobile(someone.name);
    expect(login.data.user).toMatchObject({ id: answer.data.id, nickname: '我选的', gender: 'other' });
  });

  it('is WeChat’s again once the person lets go', async () => {
    const { someone, token } = await logIn();
    await patch(token, { nickname: '我选的' });
    await patch(token, { nickname: null });
    const answer = await fromWechat(someone.name, token, { nickName: '微信说的' });
    expect(answer.data.nickname).toBe('微信说的');
  });

  it('keeps what the person chooses while WeChat speaks, in 15 rounds', async () => {
    for (let round = 0; round < 15; round++) {
      const { someone, token } = await logIn();
      const speak = (i: number) => fromWechat(someone.name, token, { nickName: `微信 ${i}` });
      const answers = await Promise.all([
        ...[1, 2, 3].map(speak),
        patch(token, { nickname: '我选的' }),
        ...[4, 5].map(speak),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
      expect((await me(token)).nickname).toBe('我选的');
      expect((await speak(6)).data.nickname).toBe('我选的');
    }
  });

  it('loses none of several choices at once', async () => {
    const { someone, token } = await logIn();
    const choices = { nickname: '小满', avatarUrl, email: 'a@example.com', gender: 'male', language: 'fr' };
    const answers = await Promise.all(
      Object.entries(choices).map(([field, value]) => patch(token, { [field]: value })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const words = { nickName: '微信', gender: 2, language: 'en', avatarUrl: `${avatarUrl}&w` };
    expect((await fromWechat(someone.name, token, words)).data).toMatchObject(choices);
  });
});
