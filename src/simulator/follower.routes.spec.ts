import { miniProgram, officialAccount, wechatSide } from '../../test/support/wechat-side.js';
import type { SimulatorSettings } from './settings.js';

/** Nobody listens there: following works all the same. */
const push = {
  appId: officialAccount.appId,
  url: 'http://127.0.0.1:9/',
  token: 'token',
  mode: 'plain',
  format: 'xml',
};

async function start(settings?: Partial<SimulatorSettings>) {
  const side = await wechatSide(settings);
  await side.control('PUT', 'push', push);
  const access_token = await side.token(officialAccount);
  return {
    ...side,
    happen: (message: object) =>
      side.control('POST', 'push/messages', { appId: push.appId, message, deliveries: 1 }),
    info: (openid: string) => side.get('/cgi-bin/user/info', { access_token, openid, lang: 'zh_CN' }),
  };
}

test('a follower is told with unionid, scene and an empty profile', async () => {
  const { happen, info, openid, clock, control } = await start();
  await happen({ event: 'subscribe', person: 'ada', sceneStr: 'login_7f3a' });
  const { people } = await control('GET', 'people');
  expect(await info(await openid('ada'))).toEqual({
    subscribe: 1,
    openid: await openid('ada'),
    nickname: '',
    sex: 0,
    language: 'zh_CN',
    city: '',
    province: '',
    country: '',
    headimgurl: '',
    subscribe_time: clock.now / 1000,
    unionid: people[0].unionids.simulated,
    remark: '',
    groupid: 0,
    tagid_list: [],
    subscribe_scene: 'ADD_SCENE_QR_CODE',
    qr_scene: 0,
    qr_scene_str: 'login_7f3a',
  });
});

test('a follower who came by himself has no scene, and no profile where the setting says so', async () => {
  const { happen, info, openid } = await start({ followerProfile: 'absent' });
  await happen({ event: 'subscribe', person: 'ada' });
  const answer = await info(await openid('ada'));
  expect(answer).toMatchObject({ subscribe: 1, subscribe_scene: 'ADD_SCENE_SEARCH', qr_scene_str: '' });
  expect(answer).not.toHaveProperty('nickname');
});

test('whoever does not follow, or no longer, is told as such', async () => {
  const { happen, info, openid } = await start();
  const ada = await openid('ada');
  expect(await info(ada)).toEqual({ subscribe: 0, openid: ada });
  await happen({ event: 'subscribe', person: 'ada' });
  expect((await info(ada)).subscribe).toBe(1);
  await happen({ event: 'unsubscribe', person: 'ada' });
  expect(await info(ada)).toEqual({ subscribe: 0, openid: ada });
});

test('a numeric scene is a number', async () => {
  const { happen, info, openid } = await start();
  await happen({ event: 'subscribe', person: 'ada', sceneStr: '123' });
  expect(await info(await openid('ada'))).toMatchObject({ qr_scene: 123, qr_scene_str: '' });
});

test.each([
  ['', 41009],
  ['nobody', 40003],
])('the openid "%s" is refused with %d', async (openid, errcode) => {
  const { info } = await start();
  expect((await info(openid)).errcode).toBe(errcode);
});

test('the openid towards another app is refused', async () => {
  const { info, openid } = await start();
  expect((await info(await openid('ada', miniProgram))).errcode).toBe(40003);
});
