import { officialAccount, wechatSide } from '../../test/support/wechat-side.js';

async function start() {
  const side = await wechatSide();
  const create = async (body: object) =>
    side.post('/cgi-bin/qrcode/create', { access_token: await side.token(officialAccount) }, body);
  const show = (ticket: string) =>
    side.inject('GET', `/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`);
  return { ...side, create, show };
}

const withText = (scene_str: unknown) => ({ action_info: { scene: { scene_str } } });
const withId = (scene_id: unknown) => ({ action_info: { scene: { scene_id } } });

test('a ticket is for an address and an image that shows it', async () => {
  const { create, show } = await start();
  const body = { expire_seconds: 300, action_name: 'QR_STR_SCENE', ...withText('login_7f3a') };
  const created = await create(body);
  expect(created).toEqual({
    ticket: expect.stringMatching(/^gQ[A-Za-z0-9+/]{90,}={0,2}$/),
    expire_seconds: 300,
    url: expect.stringMatching(/^http:\/\/weixin\.qq\.com\/q\/[\w-]{20}$/),
  });
  const image = await show(created.ticket);
  expect([image.statusCode, image.headers['content-type']]).toEqual([200, 'image/jpg']);
  expect(image.body).toContain(created.url);
});

test('a ticket that is none is a 404', async () => {
  const { show } = await start();
  const answer = await show('gQnothing');
  expect([answer.statusCode, answer.body]).toEqual([404, '']);
});

test('a ticket expires, after a minute where nothing is said', async () => {
  const { create, show, pass } = await start();
  const { ticket, expire_seconds } = await create({ action_name: 'QR_STR_SCENE', ...withText('a') });
  expect(expire_seconds).toBe(60);
  pass(59);
  expect((await show(ticket)).statusCode).toBe(200);
  pass(1);
  expect((await show(ticket)).statusCode).toBe(404);
});

test('a ticket lasts thirty days at most', async () => {
  const { create } = await start();
  const body = { expire_seconds: 9_999_999, action_name: 'QR_SCENE', ...withId(4_294_967_295) };
  expect((await create(body)).expire_seconds).toBe(2_592_000);
});

test.each([
  ['QR_LIMIT_SCENE', withId(100_000)],
  ['QR_LIMIT_STR_SCENE', withText('x'.repeat(64))],
])('a ticket of %s never expires', async (action_name, scene) => {
  const { create, show, pass } = await start();
  const { ticket, ...others } = await create({ action_name, expire_seconds: 5, ...scene });
  expect(Object.keys(others)).toEqual(['url']);
  pass(10 * 365 * 24 * 3600);
  expect((await show(ticket)).statusCode).toBe(200);
});

test.each<[object, number]>([
  [{}, 40052],
  [{ action_name: 'QR_CARD', ...withText('a') }, 40052],
  [{ action_name: 'toString', ...withText('a') }, 40052],
  [{ action_name: 'QR_STR_SCENE' }, 40053],
  [{ action_name: 'QR_STR_SCENE', action_info: null }, 40053],
  [{ action_name: 'QR_STR_SCENE', ...withId(1) }, 40053],
  [{ action_name: 'QR_STR_SCENE', ...withText('') }, 40053],
  [{ action_name: 'QR_STR_SCENE', ...withText('x'.repeat(65)) }, 40053],
  [{ action_name: 'QR_SCENE', ...withId(0) }, 40053],
  [{ action_name: 'QR_SCENE', ...withId(4_294_967_296) }, 40053],
  [{ action_name: 'QR_LIMIT_SCENE', ...withId(100_001) }, 40053],
  [{ action_name: 'QR_STR_SCENE', expire_seconds: 'soon', ...withText('a') }, 40097],
])('%j is refused with %d', async (body, errcode) => {
  const { create } = await start();
  expect((await create(body)).errcode).toBe(errcode);
});
