import { createDecipheriv, createHash } from 'node:crypto';
import { miniProgram, wechatSide } from '../../test/support/wechat-side.js';

const { appId } = miniProgram;

function decrypt({ encryptedData, iv }: { encryptedData: string; iv: string }, sessionKey: string) {
  const [key, start] = [Buffer.from(sessionKey, 'base64'), Buffer.from(iv, 'base64')];
  const decipher = createDecipheriv('aes-128-cbc', key, start);
  return JSON.parse(decipher.update(encryptedData, 'base64', 'utf8') + decipher.final('utf8'));
}

async function start() {
  const side = await wechatSide();
  const encrypt = (order: object) => side.control('POST', 'encrypted-data', { appId, ...order });
  return { ...side, encrypt };
}

test('a profile is encrypted with the valid session_key, and is anybody’s', async () => {
  const { login, encrypt, clock } = await start();
  const { session_key } = await login('ada');
  const answer = await encrypt({ kind: 'profile' });
  expect(decrypt(answer, session_key)).toEqual({
    nickName: '微信用户',
    gender: 0,
    language: 'zh_CN',
    city: '',
    province: '',
    country: '',
    avatarUrl: expect.stringMatching(/^https:\/\/thirdwx\.qlogo\.cn\//),
    watermark: { timestamp: clock.now / 1000, appid: appId },
  });
});

test('the raw data of a profile are signed, and hold neither ids nor watermark', async () => {
  const { login, encrypt } = await start();
  const { session_key } = await login('ada');
  const data = { nickName: '小明😀', openId: 'o1', unionId: 'o2' };
  const answer = await encrypt({ kind: 'profile', data });
  expect(decrypt(answer, session_key)).toMatchObject(data);
  const { signature, rawData } = answer;
  expect(signature).toBe(
    createHash('sha1')
      .update(rawData + session_key)
      .digest('hex'),
  );
  expect(Object.keys(JSON.parse(rawData))).toEqual([
    'nickName',
    'gender',
    'language',
    'city',
    'province',
    'country',
    'avatarUrl',
  ]);
});

test('a phone number is encrypted without raw data', async () => {
  const { login, encrypt } = await start();
  const { session_key } = await login('ming');
  const answer = await encrypt({ kind: 'phone', person: 'ming', data: { countryCode: 86 } });
  expect(Object.keys(answer)).toEqual(['encryptedData', 'iv']);
  const { phoneNumber, purePhoneNumber, countryCode } = decrypt(answer, session_key);
  expect(phoneNumber).toMatch(/^138\d{8}$/);
  expect([purePhoneNumber, countryCode]).toEqual([phoneNumber, 86]);
});

test('the watermark may be another', async () => {
  const { login, encrypt } = await start();
  const { session_key } = await login('ada');
  const watermark = { appid: 'wx0000000000000000', timestamp: 1 };
  expect(decrypt(await encrypt({ kind: 'phone', watermark }), session_key).watermark).toEqual(watermark);
});

test('the session_key before the last login is there as well', async () => {
  const { login, encrypt } = await start();
  const [old, valid] = [await login('ada'), await login('ada')];
  const stale = await encrypt({ kind: 'profile', which: 'previous' });
  expect(decrypt(stale, old.session_key).nickName).toBe('微信用户');
  expect(decrypt(await encrypt({ kind: 'profile' }), valid.session_key).nickName).toBe('微信用户');
});

test.each([
  ['who never logged in has no key', { kind: 'phone', person: 'lei' }, 'no_session'],
  ['who logged in once has no previous key', { kind: 'phone', which: 'previous' }, 'no_session'],
  ['there is no such kind', { kind: 'steps' }, 'invalid_request'],
])('%s', async (_case, order, error) => {
  const { login, encrypt } = await start();
  await login('ada');
  expect(await encrypt(order)).toMatchObject({ error });
});
