import { miniProgram, wechatSide } from '../../test/support/wechat-side.js';
import type { SimulatorSettings } from './settings.js';

const path = '/wxa/getwxacodeunlimit';

async function start(settings?: Partial<SimulatorSettings>) {
  const side = await wechatSide(settings);
  const token = await side.token();
  const ask = (body: object) => side.inject('POST', `${path}?access_token=${token}`, body);
  return { ...side, ask, errcode: async (body: object) => (await ask(body)).json().errcode };
}

test('a code is a JPEG that says what it opens', async () => {
  const { ask } = await start();
  const answer = await ask({ scene: 'a-b_c~1', page: 'pages/login/index', env_version: 'trial', width: 280 });
  expect(answer.headers['content-type']).toBe('image/jpeg');
  expect(answer.rawPayload.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
  expect(answer.body).toContain('scene=a-b_c~1&page=pages/login/index&env_version=trial');
});

test.each([
  ['png', 'image/png', '\x89PNG'],
  ['jpeg', 'image/jpeg', '\xff\xd8'],
] as const)(
  'a code without background is a %s where the setting says so',
  async (transparentCode, type, head) => {
    const { ask } = await start({ transparentCode });
    const answer = await ask({ scene: 'abc', is_hyaline: true });
    expect(answer.headers['content-type']).toBe(type);
    expect(answer.rawPayload.toString('latin1')).toMatch(new RegExp(`^${head}`));
    expect(answer.rawPayload.toString('latin1')).toContain('scene=abc&page=&env_version=release');
  },
);

test.each<[object, number]>([
  [{}, 40169],
  [{ scene: '' }, 40169],
  [{ scene: 1 }, 40169],
  [{ scene: 'x'.repeat(33) }, 40169],
  [{ scene: 'a%20b' }, 40129],
  [{ scene: '登录' }, 40129],
  [{ scene: 'a', page: '/pages/index' }, 41030],
  [{ scene: 'a', page: 'pages/index?x=1' }, 41030],
  [{ scene: 'a', env_version: 'beta' }, 40097],
  [{ scene: 'a', width: 279 }, 40097],
  [{ scene: 'a', width: '430' }, 40097],
  [{ scene: 'a', scancode_time: 1 }, 85096],
])('%j is refused with %d', async (body, errcode) => {
  const { ask } = await start();
  const answer = await ask(body);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; encoding=utf-8');
  expect(answer.json().errcode).toBe(errcode);
});

test('a scene of 32 characters of every kind is taken', async () => {
  const { ask } = await start();
  for (const scene of ["09azAZ!#$&'()*+,/:;=?@-._~", 'x'.repeat(32)]) {
    expect((await ask({ scene })).headers['content-type']).toBe('image/jpeg');
  }
});

test('a page must be published where the pages are known, unless it is not checked', async () => {
  const { ask, errcode, control } = await start();
  await control('PUT', 'app-states', { appId: miniProgram.appId, pages: ['pages/index'] });
  expect(await errcode({ scene: 'a', page: 'pages/other' })).toBe(41030);
  for (const body of [{ page: 'pages/index' }, {}, { page: 'pages/other', check_path: false }]) {
    expect((await ask({ scene: 'a', ...body })).headers['content-type']).toBe('image/jpeg');
  }
});

test('codes are drawn so many times a minute', async () => {
  const { ask, errcode } = await start({ quotas: { [path]: { perMinute: 1 } } });
  await ask({ scene: 'a' });
  expect(await errcode({ scene: 'a' })).toBe(45011);
});

test('a code is not to be had by GET, and no image stands in the record of calls', async () => {
  const { ask, inject, control } = await start();
  expect((await inject('GET', path)).json().errcode).toBe(43002);
  await ask({ scene: 'a' });
  const { calls } = await control('GET', 'calls');
  expect(calls.at(-1).answer).toEqual({ status: 200, contentType: 'image/jpeg', body: null });
});
