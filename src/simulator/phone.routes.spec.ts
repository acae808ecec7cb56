import { createHash } from 'node:crypto';
import { miniProgram, otherMiniProgram, wechatSide } from '../../test/support/wechat-side.js';
import type { SimulatorSettings } from './settings.js';

const { appId } = miniProgram;

async function start(settings?: Partial<SimulatorSettings>) {
  const side = await wechatSide(settings);
  const access_token = await side.token();
  return {
    ...side,
    code: async (order: object = {}): Promise<string> =>
      (await side.control('POST', 'phone-codes', { appId, ...order })).code,
    number: (body: object) => side.post('/wxa/business/getuserphonenumber', { access_token }, body),
    check: (body: object) => side.post('/wxa/business/checkencryptedmsg', { access_token }, body),
  };
}

describe('a phone code', () => {
  test('is 64 hex digits and gives the number, with the watermark of the app', async () => {
    const { code, number, clock } = await start();
    const text = await code({ phoneNumber: '13800138000' });
    expect(text).toMatch(/^[0-9a-f]{64}$/);
    expect(await number({ code: text })).toEqual({
      errcode: 0,
      errmsg: 'ok',
      phone_info: {
        phoneNumber: '13800138000',
        purePhoneNumber: '13800138000',
        countryCode: '86',
        watermark: { timestamp: clock.now / 1000, appid: appId },
      },
    });
  });

  test('without a number gives the person’s own', async () => {
    const { code, number } = await start();
    const numberOf = async (person: string) =>
      (await number({ code: await code({ person }) })).phone_info.phoneNumber;
    const [ada, again, ming] = [await numberOf('ada'), await numberOf('ada'), await numberOf('ming')];
    expect(ada).toMatch(/^138\d{8}$/);
    expect([again === ada, ming === ada]).toEqual([true, false]);
  });

  test.each([
    [true, '+85291234567'],
    [false, '85291234567'],
  ])(
    'of a foreign number carries the country code, with a plus: %s',
    async (foreignPhonePlus, phoneNumber) => {
      const { code, number } = await start({ foreignPhonePlus });
      const answer = await number({ code: await code({ phoneNumber: '91234567', countryCode: '852' }) });
      expect(answer.phone_info).toMatchObject({
        phoneNumber,
        purePhoneNumber: '91234567',
        countryCode: '852',
      });
    },
  );

  test('serves one of fifty that come at once', async () => {
    const { code, number } = await start();
    const text = await code();
    const answers = await Promise.all(Array.from({ length: 50 }, () => number({ code: text })));
    const errcodes = answers.map(({ errcode }) => errcode).sort();
    expect(errcodes).toEqual([0, ...Array<number>(49).fill(40029)]);
  });

  test('lasts five minutes', async () => {
    const { code, number, pass } = await start();
    const [early, late] = [await code(), await code()];
    pass(299);
    expect((await number({ code: early })).errcode).toBe(0);
    pass(1);
    expect((await number({ code: late })).errcode).toBe(40029);
  });

  test('that is none is refused with a hint and a rid', async () => {
    const { number } = await start();
    const { errmsg } = await number({ code: 'f'.repeat(64) });
    expect(errmsg).toMatch(
      /^invalid code hint: \[[A-Za-z0-9]{8}\] rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/,
    );
    expect((await number({ code: 5 })).errcode).toBe(40029);
    expect((await number({})).errcode).toBe(40029);
  });

  test('is not the code of a login', async () => {
    const { control, number } = await start();
    const { code } = await control('POST', 'codes', { kind: 'mini-program', appId });
    expect((await number({ code })).errcode).toBe(40029);
  });

  test('of another mini program is refused, and stays good', async () => {
    const { code, number, token, post } = await start();
    const text = await code();
    const foreign = { access_token: await token(otherMiniProgram) };
    expect((await post('/wxa/business/getuserphonenumber', foreign, { code: text })).errcode).toBe(40013);
    expect((await number({ code: text })).errcode).toBe(0);
  });

  test('is held against the openid that comes with it', async () => {
    const { code, number, login } = await start();
    const [ada, ming] = [await login('ada'), await login('ming')];
    const text = await code({ person: 'ada' });
    expect((await number({ code: text, openid: ming.openid })).errcode).toBe(40003);
    expect((await number({ code: text, openid: ada.openid })).errcode).toBe(0);
  });

  test('of somebody else is refused with the errcode that the setting says', async () => {
    const { code, number } = await start({ phoneOpenidErrcode: 40097 });
    expect((await number({ code: await code(), openid: 'o1' })).errcode).toBe(40097);
  });

  test.each([
    [{ phoneNumber: '+8613800138000' }, 'phoneNumber'],
    [{ countryCode: 86 }, 'countryCode'],
    [{ appId: 'wxffffffffffffffff' }, 'appId'],
  ])('is not given for %j', async (order, field) => {
    const { control } = await start();
    const { message } = await control('POST', 'phone-codes', { appId, ...order });
    expect(message).toContain(field);
  });
});

describe('checkencryptedmsg', () => {
  test.each(['text', 'bytes'] as const)(
    'knows a phone number that was handed out, by its %s',
    async (form) => {
      const { control, login, check, clock } = await start({ encryptedMessageHash: form });
      await login('ada');
      const { encryptedData } = await control('POST', 'encrypted-data', { appId, kind: 'phone' });
      const hashed = Buffer.from(encryptedData, form === 'text' ? 'utf8' : 'base64');
      const encrypted_msg_hash = createHash('sha256').update(hashed).digest('hex');
      expect(await check({ encrypted_msg_hash })).toEqual({
        errcode: 0,
        errmsg: 'ok',
        vaild: true,
        create_time: clock.now / 1000,
      });
    },
  );

  test('forgets after three days, and never knew a profile', async () => {
    const { control, login, check, pass, token, post } = await start();
    await login('ada');
    const hashOf = async (kind: string) => {
      const { encryptedData } = await control('POST', 'encrypted-data', { appId, kind });
      return { encrypted_msg_hash: createHash('sha256').update(encryptedData).digest('hex') };
    };
    const [phone, profile] = [await hashOf('phone'), await hashOf('profile')];
    expect(await check(profile)).toMatchObject({
      errcode: 1,
      errmsg: expect.stringMatching(/^data not exit rid: /),
    });
    expect((await check(phone)).errcode).toBe(0);
    pass(3 * 24 * 3600);
    const access_token = await token();
    expect((await post('/wxa/business/checkencryptedmsg', { access_token }, phone)).errcode).toBe(1);
  });

  test.each([[{}], [{ encrypted_msg_hash: 'abc' }], [{ encrypted_msg_hash: 1 }]])(
    'refuses %j',
    async (body) => {
      const { check } = await start();
      expect((await check(body)).errcode).toBe(40097);
    },
  );

  test.each([
    ['', 44002],
    ['{', 47001],
  ])('refuses "%s" with %d', async (body, errcode) => {
    const { inject, token } = await start();
    const path = `/wxa/business/checkencryptedmsg?access_token=${await token()}`;
    expect((await inject('POST', path, body)).json().errcode).toBe(errcode);
  });
});
