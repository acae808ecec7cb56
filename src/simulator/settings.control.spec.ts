import { miniProgram, wechatSide } from '../../test/support/wechat-side.js';

const login = async ({ get, control }: Awaited<ReturnType<typeof wechatSide>>, options = {}) => {
  const { appId, appSecret } = miniProgram;
  const { code } = await control('POST', 'codes', { kind: 'mini-program', appId, ...options });
  const query = { appid: appId, secret: appSecret, js_code: code, grant_type: 'authorization_code' };
  return get('/sns/jscode2session', query);
};

test('a changed setting holds from the next call on, and the others stay', async () => {
  const side = await wechatSide({ snapshotPages: true });
  const before = await side.control('GET', 'settings');
  expect(before).toMatchObject({ unionids: true, snapshotPages: true, wrongSecretErrcode: 40125 });
  expect(await login(side)).toHaveProperty('unionid');
  expect(await side.control('PUT', 'settings', { unionids: false })).toEqual({ ...before, unionids: false });
  expect(await login(side)).not.toHaveProperty('unionid');
  expect(await login(side, { unionid: true })).toHaveProperty('unionid');
});

test('a setting that chooses between errcodes takes them alone', async () => {
  const side = await wechatSide();
  const token = () =>
    side.get('/cgi-bin/token', { grant_type: 'client_credential', appid: miniProgram.appId, secret: 'x' });
  expect((await token()).errcode).toBe(40125);
  await side.control('PUT', 'settings', { wrongSecretErrcode: 40001 });
  expect((await token()).errcode).toBe(40001);
  const refused = await side.inject('PUT', '/control/settings', { wrongSecretErrcode: 40002 });
  expect([refused.statusCode, refused.json().message]).toEqual([
    400,
    expect.stringContaining('wrongSecretErrcode'),
  ]);
  expect((await token()).errcode).toBe(40001);
});

test.each([[{ qrSeconds: 1 }], [{ unionids: 'no' }], [{ unionids: null }], [[]]])(
  '%j is refused, and nothing changes',
  async (change) => {
    const side = await wechatSide();
    const before = await side.control('GET', 'settings');
    const answer = await side.inject('PUT', '/control/settings', change);
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
    expect(await side.control('GET', 'settings')).toEqual(before);
  },
);

test('simulators side by side keep their own settings', async () => {
  const [one, two] = [await wechatSide(), await wechatSide()];
  await one.control('PUT', 'settings', { unionids: false });
  expect(await two.control('GET', 'settings')).toMatchObject({ unionids: true });
});
