import { createHmac } from 'node:crypto';
import { otherMiniProgram, wechatSide } from '../../test/support/wechat-side.js';

const check = '/wxa/checksession';
const reset = '/wxa/resetusersessionkey';

async function loggedIn() {
  const side = await wechatSide();
  const { openid, session_key } = await side.login('ada');
  const access_token = await side.token();
  const ask = (path: string, changes: Record<string, string> = {}, key = session_key) => {
    const signature = createHmac('sha256', key).update('').digest('hex');
    return side.get(path, { access_token, openid, signature, sig_method: 'hmac_sha256', ...changes });
  };
  return { ...side, session_key, openid, ask };
}

test('the valid session_key is confirmed', async () => {
  const { ask } = await loggedIn();
  expect(await ask(check)).toEqual({ errcode: 0, errmsg: 'ok' });
});

test('a session_key is stale after the next login', async () => {
  const { ask, login } = await loggedIn();
  const { session_key } = await login('ada');
  expect((await ask(check)).errcode).toBe(87009);
  expect((await ask(check, {}, session_key)).errcode).toBe(0);
});

test('a session_key is replaced, and the old one dies', async () => {
  const { ask, openid, session_key } = await loggedIn();
  const answer = await ask(reset);
  expect(answer).toEqual({
    errcode: 0,
    errmsg: 'ok',
    openid,
    session_key: expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/),
  });
  expect(answer.session_key).not.toBe(session_key);
  expect((await ask(check)).errcode).toBe(87009);
  expect((await ask(check, {}, answer.session_key)).errcode).toBe(0);
});

test('whoever never logged in has no session_key', async () => {
  const { ask } = await loggedIn();
  const stranger = { openid: `o${'x'.repeat(27)}` };
  expect((await ask(reset, stranger)).errcode).toBe(87007);
  expect((await ask(check, stranger)).errcode).toBe(87009);
});

describe.each([check, reset])('%s', (path) => {
  test.each<[object, number]>([
    [{ access_token: '' }, 41001],
    [{ openid: '' }, 40097],
    [{ signature: '' }, 40097],
    [{ sig_method: 'md5' }, 87008],
    [{ openid: 'nobody' }, 40003],
    [{ signature: '0'.repeat(64) }, 87009],
  ])('refuses %j with %d', async (changes, errcode) => {
    const { ask } = await loggedIn();
    expect((await ask(path, changes as Record<string, string>)).errcode).toBe(errcode);
  });

  test('refuses an openid towards another app', async () => {
    const { ask, login } = await loggedIn();
    for (const person of ['ming', 'somebody made up']) {
      const { openid } = await login(person, otherMiniProgram);
      expect((await ask(path, { openid })).errcode).toBe(40003);
    }
  });
});
