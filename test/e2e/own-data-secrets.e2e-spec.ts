import { embedded, type OpenBackend } from '../support/backends.js';
import type { Answer } from '../support/client.js';
import { stranger } from '../support/person.js';
import { encryptionKey, productionEnv } from '../support/production-env.js';
import { type RunningProcess, startProcess } from '../support/start-process.js';
import { appOf, miniProgram, type RunningSimulator, startSimulator } from '../support/start-simulator.js';

const mobileApp = appOf('mobile');

describe('what is secret about a person', () => {
  let storage: OpenBackend;
  let simulator: RunningSimulator;
  let service: RunningProcess;
  beforeAll(async () => {
    storage = await embedded.open();
    simulator = await startSimulator();
    service = await startProcess({
      ...productionEnv(simulator),
      WECHAT_MOBILE_APP_ID: mobileApp.appId,
      WECHAT_MOBILE_APP_SECRET: mobileApp.appSecret,
      LOG_LEVEL: 'trace',
      ...storage.env,
    });
  });
  afterAll(async () => {
    await service?.end();
    await simulator?.close();
    await storage?.close();
  });

  const answers: string[] = [];
  const secrets = new Set([encryptionKey, miniProgram.appSecret, mobileApp.appSecret]);
  const secret = <Text extends string>(text: Text): Text => {
    secrets.add(text);
    return text;
  };
  const post = async (path: string, body: object, options: object = {}): Promise<Answer> => {
    const answer = await service.api('POST', path, body, options);
    answers.push(JSON.stringify([...answer.headers]), answer.text);
    return answer;
  };

  /** All that WeChat told the service and nobody else may know. */
  async function noteWhatWechatSaid(): Promise<void> {
    const secretFields = ['session_key', 'openid', 'unionid', 'access_token', 'refresh_token'];
    for (const { answer } of await simulator.calls()) {
      const { body } = (answer ?? {}) as { body?: string };
      const said = body?.startsWith('{') ? (JSON.parse(body) as Record<string, unknown>) : {};
      for (const field of secretFields) if (typeof said[field] === 'string') secret(said[field]);
    }
  }

  it('stands in no answer and in no line of the log at its most talkative', async () => {
    const { name } = stranger(simulator);
    const phoneNumber = secret('13987654321');
    const login = await post('/auth/wechat/mini-program', {
      code: secret(await simulator.code(name)),
      phoneCode: secret(await simulator.phoneCode(name, { phoneNumber })),
    });
    expect(login).toMatchObject({ status: 200, data: { user: { phone: '139****4321' } } });
    const { accessToken: token } = login.data;
    await post('/auth/wechat/mobile', { code: secret(await simulator.code(name, { kind: 'mobile' })) });

    const code = secret(await simulator.phoneCode(name, { phoneNumber }));
    expect(await post('/users/me/phone', { code }, { token })).toMatchObject({ status: 200 });
    expect(await post('/users/me/phone', { code }, { token })).toMatchObject({
      error: 'wechat_code_invalid',
    });
    const failures = [
      { errcode: 40013 },
      { reset: true },
      { body: '<html>' },
      { errcode: 40003, errmsg: 'echo' },
    ];
    for (const fault of failures) {
      const again = secret(await simulator.phoneCode(name, { phoneNumber }));
      const errmsg = 'errmsg' in fault ? { errmsg: `invalid code ${again}` } : {};
      await simulator.fault({ path: '/wxa/business/getuserphonenumber', ...fault, ...errmsg });
      expect((await post('/users/me/phone', { code: again }, { token })).status).toBeGreaterThanOrEqual(400);
    }

    const data = { purePhoneNumber: phoneNumber, phoneNumber };
    const phone = await simulator.encryptedData(name, { kind: 'phone', data });
    secret(phone.encryptedData);
    expect(await post('/users/me/wechat-data', phone, { token })).toMatchObject({ status: 200 });
    const profile = await simulator.encryptedData(name, { data: { nickName: '小满' } });
    secret(profile.encryptedData);
    expect(await post('/users/me/wechat-data', { ...profile }, { token })).toMatchObject({ status: 200 });
    const bad = { ...profile, signature: 'no' };
    expect(await post('/users/me/wechat-data', bad, { token })).toMatchObject({ status: 400 });
    const me = await service.api('PATCH', '/users/me', { nickname: 7, email: 'no' }, { token });
    answers.push(me.text, (await service.api('GET', '/users/me', undefined, { token })).text);

    await noteWhatWechatSaid();
    service.kill('SIGTERM');
    await service.exited;
    expect(answers.join()).toContain('139****4321');
    expect(service.output()).toContain('/api/v1/users/me/wechat-data');
    expect(secrets.size).toBeGreaterThan(15);
    for (const text of [answers.join('\n'), service.output()]) {
      for (const each of secrets) expect(text).not.toContain(each);
    }
    expect(service.output()).not.toContain(token);
  });
});
