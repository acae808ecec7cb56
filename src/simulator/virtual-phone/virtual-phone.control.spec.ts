import { officialAccount, wechatSide } from '../../../test/support/wechat-side.js';
import { simulatedApps } from '../apps.js';

const website = simulatedApps.find(({ kind }) => kind === 'website')!;

async function start() {
  const side = await wechatSide();
  const query = new URLSearchParams({
    appid: website.appId,
    redirect_uri: 'https://a.example/cb',
    response_type: 'code',
    scope: 'snsapi_login',
    state: 'S1',
  });
  return {
    ...side,
    openQrLogin: async () => {
      const { body } = await side.inject('GET', `/connect/qrconnect?${query.toString()}`);
      return /data-uuid="([^"]+)"/.exec(body)![1]!;
    },
    createTicket: async (scene_str: string) => {
      const order = { action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str } } };
      return side.post('/cgi-bin/qrcode/create', { access_token: await side.token(officialAccount) }, order);
    },
    createCode: async (scene: string) =>
      side.inject('POST', `/wxa/getwxacodeunlimit?access_token=${await side.token()}`, { scene }),
    shown: async () => (await side.control('GET', 'scannables')).scannables,
    read: (link: string) => side.control('POST', 'scannables', { link }),
    poll: async (uuid: string) => side.get('/connect/l/qrconnect', { uuid, last: '0', f: 'json' }),
  };
}

describe('what a phone may scan', () => {
  test('is everything on screens, newest first', async () => {
    const { openQrLogin, createTicket, createCode, pass, shown } = await start();
    const uuid = await openQrLogin();
    pass(1);
    const { ticket } = await createTicket('scan-1');
    pass(1);
    await createCode('scan-2');
    expect(await shown()).toMatchObject([
      { kind: 'mini-program', appName: '模拟小程序', scene: 'scan-2', page: '' },
      { kind: 'official-account', appId: officialAccount.appId, ticket },
      { kind: 'website', appId: website.appId, uuid },
    ]);
  });

  test('is nothing that has expired or was decided', async () => {
    const { openQrLogin, createTicket, createCode, pass, shown, control } = await start();
    const uuid = await openQrLogin();
    await createTicket('scan-1');
    await createCode('scan-2');
    await control('POST', 'qr-logins', { uuid, decision: 'scan', person: 'ming' });
    await control('POST', 'qr-logins', { uuid, decision: 'confirm', person: 'ming' });
    pass(61);
    expect((await shown()).map(({ kind }: { kind: string }) => kind)).toEqual(['mini-program']);
    pass(30 * 60);
    expect(await shown()).toEqual([]);
  });

  test('is a bounded list, in which a code made again stands once', async () => {
    const { createCode, pass, shown } = await start();
    for (let i = 0; i < 30; i++, pass(1)) await createCode(`scan-${i % 25}`);
    const scenes = (await shown()).map(({ scene }: { scene: string }) => scene);
    expect(scenes).toEqual([4, 3, 2, 1, 0, 24, 23, 22].map((i) => `scan-${i}`));
  });
});

describe('reading a QR code', () => {
  test.each<[string, (side: Awaited<ReturnType<typeof start>>) => Promise<[string, object]>]>([
    [
      "a website's",
      async ({ openQrLogin }) => {
        const uuid = await openQrLogin();
        return [`https://open.weixin.qq.com/connect/confirm?uuid=${uuid}`, { kind: 'website', uuid }];
      },
    ],
    [
      "an official account's",
      async ({ createTicket }) => {
        const { url, ticket } = await createTicket('scan-1');
        return [` ${url} `, { kind: 'official-account', ticket }];
      },
    ],
    [
      'the stand-in of a mini-program code',
      async ({ createCode }) => {
        await createCode("a'b&c=d");
        const link = {
          appid: 'wxfa4e000000000001',
          path: '',
          query: 'scene=a%27b%26c%3Dd',
          env_version: 'release',
        };
        const text = `weixin://dl/business/?${new URLSearchParams(link).toString()}`;
        return [text, { kind: 'mini-program', scene: "a'b&c=d" }];
      },
    ],
    [
      "a link of the service's that asks for a scan",
      async () => [
        'https://login.example.test/login/confirm?scan=abc',
        { kind: 'mini-program', scene: 'abc', appId: 'wxfa4e000000000001' },
      ],
    ],
    ['any other link', async () => ['https://a.example/x', { kind: 'link', url: 'https://a.example/x' }]],
  ])('%s tells what it opens', async (_case, make) => {
    const side = await start();
    const [link, opens] = await make(side);
    expect(await side.read(link)).toMatchObject(opens);
  });

  test.each([
    'no link at all',
    'javascript:alert(1)',
    'data:text/html,<script>',
    'weixin://dl/business/?appid=wx0',
    'http://weixin.qq.com/q/unknown',
    'https://open.weixin.qq.com/connect/confirm?uuid=unknown',
  ])('%j opens nothing', async (link) => {
    const { inject } = await start();
    const answer = await inject('POST', '/control/scannables', { link });
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'unknown_link']);
  });
});

describe("a website's QR code", () => {
  test('is allowed by who scanned it', async () => {
    const { openQrLogin, control, poll } = await start();
    const uuid = await openQrLogin();
    const act = (decision: string, person: string) =>
      control('POST', 'qr-logins', { uuid, decision, person });
    expect(await act('scan', 'ming')).toEqual({ status: 'scanned', person: 'ming' });
    expect(await act('scan', 'lei')).toEqual({ status: 'scanned', person: 'ming' });
    expect(await act('confirm', 'lei')).toEqual({ status: 'scanned', person: 'ming' });
    expect(await act('cancel', 'lei')).toEqual({ status: 'scanned', person: 'ming' });
    expect(await act('confirm', 'ming')).toEqual({ status: 'confirmed', person: 'ming' });
    expect(await poll(uuid)).toMatchObject({ wx_errcode: 405 });
  });

  test('may be cancelled and scanned again', async () => {
    const { openQrLogin, control, poll } = await start();
    const uuid = await openQrLogin();
    const act = (decision: string, person: string) =>
      control('POST', 'qr-logins', { uuid, decision, person });
    await act('scan', 'ming');
    expect(await act('cancel', 'ming')).toMatchObject({ status: 'cancelled' });
    expect(await poll(uuid)).toMatchObject({ wx_errcode: 403 });
    expect(await act('scan', 'lei')).toEqual({ status: 'scanned', person: 'lei' });
  });

  test('that nobody knows is a 400', async () => {
    const { inject } = await start();
    const answer = await inject('POST', '/control/qr-logins', {
      uuid: 'x',
      decision: 'scan',
      person: 'ming',
    });
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'unknown_link']);
  });
});

test('the person who holds the phone is known to the pages of consent, and no call of WeChat', async () => {
  const { server, inject, control } = await start();
  const answer = await inject('PUT', '/control/browser-person', { person: 'a; b="<i>' });
  expect(answer.json()).toEqual({ person: 'a; b="<i>' });
  const [cookie, ...attributes] = String(answer.headers['set-cookie']).split('; ');
  expect(attributes).toEqual(['Path=/simulator/connect', 'HttpOnly', 'SameSite=Lax']);
  expect((await control('GET', 'calls')).calls).toEqual([]);
  const page = await server.inject({ url: '/simulator/connect/person', headers: { cookie } });
  expect(page.body).toContain('a; b=&quot;&lt;i&gt;');
  expect(page.body).not.toContain('<i>');
});
