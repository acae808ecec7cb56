import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { miniProgram, officialAccount, wechatSide } from '../../test/support/wechat-side.js';
import type { PushConfig } from './push-configs.js';
import { openPush, sealPush, signPush } from './push-crypto.js';
import { readPush } from './push-text.js';
import type { SimulatorSettings } from './settings.js';

const token = 'pushtoken';
const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const { appId } = officialAccount;

interface Received {
  method: string;
  query: Record<string, string>;
  contentType: string | undefined;
  body: string;
}

/** An app's server that writes down what it gets; `answer` says what it says, null keeps quiet. */
async function receiver() {
  const got: Received[] = [];
  const app = {
    got,
    answer: (_received: Received): string | null | { status: number; body?: string; location?: string } =>
      'success',
  };
  const server = createServer((request, response) => void respond(request, response));
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const { searchParams } = new URL(request.url!, 'http://localhost');
    const received = {
      method: request.method!,
      query: Object.fromEntries(searchParams),
      contentType: request.headers['content-type'],
      body: await text(request),
    };
    got.push(received);
    const answer = app.answer(received);
    if (answer === null) return;
    if (typeof answer === 'string') return response.end(answer);
    response.writeHead(answer.status, answer.location ? { location: answer.location } : {});
    response.end(answer.body);
  };
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(app, { url: `http://127.0.0.1:${port}/push?mine=1` });
}

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function start(config: Partial<PushConfig> = {}, settings?: Partial<SimulatorSettings>) {
  const [side, app] = [await wechatSide(settings), await receiver()];
  const push = { url: app.url, token, encodingAesKey, mode: 'plain', format: 'xml', ...config };
  const configured = await side.control('PUT', 'push', { appId, ...push });
  return {
    ...side,
    app,
    configured,
    send: (message: object, options: object = {}) =>
      side.control('POST', 'push/messages', { appId, message, ...options }),
    scan: (order: object) => side.control('POST', 'scans', order),
  };
}

const modes = ['plain', 'compatible', 'secure'] as const;
const formats = ['xml', 'json'] as const;
const combinations = modes.flatMap((mode) => formats.map((format) => [mode, format] as const));

/** What the app may read, checked as a careful app checks it. */
function read({ query, body }: Received, format: 'xml' | 'json') {
  const envelope = readPush(body, format);
  if (query.encrypt_type !== 'aes') return { fields: envelope, envelope };
  expect(query.msg_signature).toBe(signPush(token, query.timestamp!, query.nonce!, envelope.Encrypt!));
  const { message, receiverId } = openPush(envelope.Encrypt!, encodingAesKey);
  expect(receiverId).toBe(appId);
  return { fields: readPush(message, format), envelope };
}

describe.each(combinations)('a push in mode %s as %s', (mode, format) => {
  test('is signed and written as WeChat does it', async () => {
    const { app, send, openid, clock } = await start({ mode, format });
    const message = { FromUserName: await openid('ada'), MsgType: 'text', Content: 'a<b>]]>&😀', MsgId: 5 };
    const { deliveries } = await send(message);
    expect(deliveries).toEqual([{ status: 200, body: 'success', accepted: true }]);
    const [received] = app.got as [Received];
    expect(received.contentType).toBe(format === 'xml' ? 'text/xml' : 'application/json');
    const { signature, timestamp, nonce } = received.query;
    expect(signature).toBe(signPush(token, timestamp!, nonce!));
    expect(received.query).toMatchObject({ mine: '1', openid: message.FromUserName });
    expect(timestamp).toBe(String(clock.now / 1000));
    if (format === 'json' || mode === 'secure') {
      const { fields } = read(received, format);
      expect(fields.FromUserName).toBe(message.FromUserName);
      expect(fields.MsgId).toBe('5');
    }
  });

  test('shows its message beside the cipher text in mode compatible only', async () => {
    const { app, send } = await start({ mode, format });
    await send({ event: 'SCAN', person: 'ada', sceneStr: 's' });
    const { fields, envelope } = read((app.got as [Received])[0], format);
    expect(fields).toMatchObject({ MsgType: 'event', Event: 'SCAN', EventKey: 's' });
    const names = ['ToUserName', 'FromUserName', 'CreateTime', 'MsgType', 'Event', 'EventKey', 'Ticket'];
    const shown = { plain: names, compatible: [...names, 'Encrypt'], secure: ['ToUserName', 'Encrypt'] };
    expect(Object.keys(envelope)).toEqual(shown[mode]);
    expect(envelope.ToUserName).toMatch(/^gh_[0-9a-f]{12}$/);
  });

  test('takes a passive reply in the same mode', async () => {
    const { app, send, openid } = await start({ mode, format });
    const content = { ToUserName: await openid('ada'), FromUserName: 'gh_1', CreateTime: 1, MsgType: 'text' };
    const reply = format === 'json' ? JSON.stringify(content) : xml(content);
    app.answer = ({ query }) => (mode === 'secure' ? sealed(reply, format, query.nonce!) : reply);
    const { deliveries } = await send({ event: 'SCAN', person: 'ada', sceneStr: 's' });
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0].reply).toEqual({
      encrypted: mode === 'secure',
      message: reply,
      fields: { ...content, CreateTime: '1' },
    });
  });

  test('is repeated where the answer is an error page', async () => {
    const { app, send } = await start({ mode, format });
    app.answer = () => '<html>502</html>';
    const { deliveries } = await send({ event: 'subscribe', person: 'ada' });
    expect(deliveries.map(({ accepted }: { accepted: boolean }) => accepted)).toEqual([false, false, false]);
    expect(deliveries[0]).toMatchObject({
      status: 200,
      body: '<html>502</html>',
      problem: expect.any(String),
    });
  });
});

function xml(fields: Record<string, string | number>): string {
  const elements = Object.entries(fields).map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`);
  return `<xml>${elements.join('')}</xml>`;
}

function sealed(
  reply: string,
  format: 'xml' | 'json',
  nonce: string,
  { receiver = appId, sign = token, time = '1713424427' } = {},
): string {
  const Encrypt = sealPush(reply, encodingAesKey, receiver);
  const MsgSignature = signPush(sign, time, nonce, Encrypt);
  const envelope = { Encrypt, MsgSignature, TimeStamp: Number(time), Nonce: nonce };
  return format === 'json' ? JSON.stringify(envelope) : xml(envelope);
}

describe('a reply is not accepted', () => {
  const text = (to: string) => xml({ ToUserName: to, FromUserName: 'gh_1', CreateTime: 1, MsgType: 'text' });

  test.each<[string, (to: string, nonce: string) => string, string]>([
    ['unencrypted in mode secure', (to) => text(to), 'not encrypted'],
    ['for someone else', (_to, nonce) => sealed(text('o1'), 'xml', nonce), 'someone else'],
    ['without its type', (_to, nonce) => sealed('<xml></xml>', 'xml', nonce), 'MsgType'],
    ['with a nonce of its own', (to) => sealed(text(to), 'xml', '1'), 'Nonce'],
    [
      'encrypted for another app',
      (to, nonce) => sealed(text(to), 'xml', nonce, { receiver: 'wx1' }),
      'another app',
    ],
    ['signed by another token', (to, nonce) => sealed(text(to), 'xml', nonce, { sign: 'x' }), 'MsgSignature'],
    ['with a time in words', (to, nonce) => sealed(text(to), 'xml', nonce, { time: '17' }), 'TimeStamp'],
    ['in another format', (_to, nonce) => sealed('{}', 'json', nonce), 'XML'],
  ])('that is %s', async (_case, answer, problem) => {
    const { app, send, openid } = await start({ mode: 'secure' });
    const ada = await openid('ada');
    app.answer = ({ query }) => answer(ada, query.nonce!);
    const { deliveries } = await send({ event: 'subscribe', person: 'ada' }, { deliveries: 1 });
    expect(deliveries).toEqual([expect.objectContaining({ accepted: false })]);
    expect(deliveries[0].problem).toContain(problem);
  });
});

describe('a delivery', () => {
  const event = { event: 'subscribe', person: 'ada' };

  test('is repeated until it is accepted, with the same signature', async () => {
    const { app, send } = await start({ mode: 'secure' });
    app.answer = () => (app.got.length < 2 ? { status: 500 } : '');
    const { deliveries } = await send(event);
    expect(deliveries).toEqual([
      { status: 500, body: '', accepted: false, problem: 'HTTP 500' },
      { status: 200, body: '', accepted: true },
    ]);
    expect(app.got[1]).toEqual(app.got[0]);
  });

  test('is signed anew where the setting says so', async () => {
    const { app, send } = await start({}, { pushSignsAnew: true });
    await send(event, { insist: true });
    expect(new Set(app.got.map(({ query }) => query.nonce)).size).toBe(3);
  });

  test('comes again though it was accepted where that is ordered', async () => {
    const { app, send } = await start();
    const { deliveries } = await send(event, { insist: true, deliveries: 4 });
    expect(deliveries).toHaveLength(4);
    expect(app.got).toHaveLength(4);
  });

  test('is cut after the time limit', async () => {
    const { app, send } = await start({}, { pushTimeoutMs: 100 });
    app.answer = () => null;
    const { deliveries } = await send(event, { deliveries: 2 });
    const cut = { status: null, body: null, accepted: false, problem: 'timeout' };
    expect(deliveries).toEqual([cut, cut]);
  });

  test('follows no redirect', async () => {
    const { app, send } = await start();
    app.answer = () => ({ status: 302, location: app.url });
    const { deliveries } = await send(event, { deliveries: 1 });
    expect(deliveries[0]).toMatchObject({ status: 302, accepted: false });
    expect(app.got).toHaveLength(1);
  });

  test('to nobody is unreachable', async () => {
    const { send } = await start({ url: 'http://127.0.0.1:9/' });
    expect((await send(event, { deliveries: 1 })).deliveries[0].problem).toBe('unreachable');
  });

  test('is cut when the simulator closes', async () => {
    const { app, send, server } = await start();
    app.answer = () => null;
    const sending = send(event, { deliveries: 1 });
    while (app.got.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const begin = performance.now();
    await server.close();
    expect(performance.now() - begin).toBeLessThan(1000);
    expect((await sending).deliveries[0].accepted).toBe(false);
  });

  test('with a bad signature, for another app or stale is just that', async () => {
    const { app, send, clock } = await start({ mode: 'secure' });
    for (const flaw of ['badSignature', 'wrongAppId', 'stale']) await send(event, { [flaw]: true });
    const facts = app.got.map(({ query: { signature, msg_signature, timestamp, nonce }, body }) => {
      const { Encrypt } = readPush(body, 'xml');
      return {
        signed: signature === signPush(token, timestamp!, nonce!),
        sealSigned: msg_signature === signPush(token, timestamp!, nonce!, Encrypt!),
        receiver: openPush(Encrypt!, encodingAesKey).receiverId,
        ageSeconds: clock.now / 1000 - Number(timestamp),
      };
    });
    const good = { signed: true, sealSigned: true, receiver: appId, ageSeconds: 0 };
    expect(facts).toEqual([
      { ...good, signed: false, sealSigned: false },
      { ...good, receiver: 'wx0000000000000000' },
      { ...good, ageSeconds: 3600 },
    ]);
  });
});

describe('the check of the address', () => {
  test('is passed by echoing what WeChat sends, signed', async () => {
    const { app, control, configured } = await start({ mode: 'secure' });
    app.answer = ({ query }) => query.echostr!;
    const answer = await control('POST', 'push/verify', { appId });
    expect(answer).toEqual({ ok: true, status: 200, body: app.got[0]!.query.echostr });
    const [{ method, query, body }] = app.got as [Received];
    expect([method, body]).toEqual(['GET', '']);
    expect(query.signature).toBe(signPush(token, query.timestamp!, query.nonce!));
    expect(configured).toEqual({ appId, url: app.url, mode: 'secure', format: 'xml' });
  });

  test.each(['"echostr"', 'echostr\n', 'success'])('is failed by %j', async (shape) => {
    const { app, control } = await start();
    app.answer = ({ query }) => shape.replace('echostr', query.echostr!);
    expect((await control('POST', 'push/verify', { appId })).ok).toBe(false);
  });
});

describe('an event', () => {
  async function fieldsOf(
    message: object,
    settings?: Partial<SimulatorSettings>,
    format: 'xml' | 'json' = 'json',
  ) {
    const { app, send, openid } = await start({ format }, settings);
    await send(message);
    return { fields: readPush(app.got[0]!.body, format), openid: await openid('ada') };
  }

  test('subscribe by a scene carries it with a prefix, and the ticket', async () => {
    const { fields, openid } = await fieldsOf({ event: 'subscribe', person: 'ada', sceneStr: 'qrscene_1' });
    expect(fields).toMatchObject({ FromUserName: openid, EventKey: 'qrscene_qrscene_1' });
    expect(fields.Ticket).toMatch(/^gQ/);
  });

  test.each([
    ['empty', ''],
    ['absent', undefined],
  ] as const)('subscribe without scene has an EventKey that is %s', async (plainEventKey, EventKey) => {
    const { fields } = await fieldsOf({ event: 'subscribe' }, { plainEventKey });
    expect(fields.EventKey).toBe(EventKey);
    expect(fields).not.toHaveProperty('Ticket');
  });

  test('unsubscribe has neither', async () => {
    const { fields } = await fieldsOf({ event: 'unsubscribe', person: 'ada' });
    expect(Object.keys(fields)).toEqual(['ToUserName', 'FromUserName', 'CreateTime', 'MsgType', 'Event']);
  });

  test.each([
    ['user_info_modified', undefined],
    ['user_authorization_revoke', '205'],
    ['user_authorization_cancellation', undefined],
  ])('%s comes from the platform and names the person as OpenID', async (event, RevokeInfo) => {
    const { fields, openid } = await fieldsOf({ event, person: 'ada' });
    expect(fields).toMatchObject({ FromUserName: 'oPlatformPushUser00000000000', Event: event });
    expect(fields).toMatchObject({ OpenID: openid, AppID: appId });
    expect(fields.RevokeInfo).toBe(RevokeInfo);
    expect(fields).not.toHaveProperty('UnionID');
  });

  test('about consent may name what was withdrawn, and the unionid where the setting says so', async () => {
    const message = { event: 'user_authorization_revoke', person: 'ada', revokeInfo: '201' };
    const { fields } = await fieldsOf(message, { privacyUnionid: true });
    expect(fields).toMatchObject({ RevokeInfo: '201', UnionID: expect.stringMatching(/^o/) });
  });

  test('about consent has the quirks that were seen', async () => {
    const message = { event: 'user_authorization_revoke', person: 'ada' };
    const spaces = await fieldsOf({ ...message, quirk: 'spaces' });
    expect(spaces.fields[' OpenID']).toBe(` ${spaces.openid}`);
    expect((await fieldsOf({ ...message, quirk: 'spaces' }, {}, 'xml')).fields.OpenID).toBe(
      ` ${spaces.openid}`,
    );
    const lower = await fieldsOf({ ...message, quirk: 'lower-case' });
    expect(lower.fields).toMatchObject({ openid: lower.openid, appid: appId });
    expect(lower.fields.ToUserName).toMatch(/^gh_SDK_/);
    expect(lower.fields).not.toHaveProperty('OpenID');
    expect((await fieldsOf({ ...message, quirk: 'no-openid' })).fields).not.toHaveProperty('OpenID');
  });

  test('goes to a mini program as well', async () => {
    const { app, control } = await start();
    const push = { appId: miniProgram.appId, url: app.url, token, mode: 'plain', format: 'json' };
    await control('PUT', 'push', push);
    const message = { event: 'user_authorization_revoke', person: 'ada' };
    await control('POST', 'push/messages', { appId: miniProgram.appId, message });
    expect(JSON.parse(app.got[0]!.body)).toMatchObject({ AppID: miniProgram.appId, RevokeInfo: '6' });
  });
});

describe('a scan', () => {
  async function withTicket() {
    const side = await start();
    const body = { action_name: 'QR_STR_SCENE', action_info: { scene: { scene_str: 'login_7f3a' } } };
    const access_token = await side.token(officialAccount);
    const { ticket } = await side.post('/cgi-bin/qrcode/create', { access_token }, body);
    return { ...side, ticket };
  }

  test('by a non-follower follows, by a follower scans', async () => {
    const { scan, app, ticket, get, token: tokenOf, openid } = await withTicket();
    const first = await scan({ ticket, person: 'ada' });
    const second = await scan({ sceneStr: 'login_7f3a', person: 'ada' });
    expect([first.event, second.event]).toEqual(['subscribe', 'SCAN']);
    const fields = app.got.map(({ body }) => readPush(body, 'xml'));
    expect(fields[0]).toMatchObject({ Event: 'subscribe', EventKey: 'qrscene_login_7f3a', Ticket: ticket });
    expect(fields[1]).toMatchObject({ Event: 'SCAN', EventKey: 'login_7f3a', Ticket: ticket });
    const asked = { access_token: await tokenOf(officialAccount), openid: await openid('ada') };
    expect(await get('/cgi-bin/user/info', asked)).toMatchObject({
      subscribe: 1,
      qr_scene_str: 'login_7f3a',
    });
  });

  test('of a code that expired or never was tells so', async () => {
    const { scan, ticket, pass } = await withTicket();
    pass(60);
    expect(await scan({ ticket, person: 'ada' })).toMatchObject({ error: 'unknown_ticket' });
    expect(await scan({ sceneStr: 'other' })).toMatchObject({ error: 'unknown_ticket' });
  });

  test('of an account without configuration tells so, and follows nothing', async () => {
    const side = await wechatSide();
    const message = { event: 'subscribe', person: 'ada' };
    const answer = await side.control('POST', 'push/messages', { appId, message });
    expect(answer).toMatchObject({ error: 'no_push' });
    const asked = { access_token: await side.token(officialAccount), openid: await side.openid('ada') };
    expect((await side.get('/cgi-bin/user/info', asked)).subscribe).toBe(0);
  });
});

test.each<[string, 'PUT' | 'POST', object]>([
  ['push', 'PUT', { url: 'ftp://localhost/', token, mode: 'plain', format: 'xml' }],
  ['push', 'PUT', { url: 'http://localhost/', token: 'x', mode: 'plain', format: 'xml' }],
  ['push', 'PUT', { url: 'http://localhost/', token, mode: 'secure', format: 'xml' }],
  [
    'push',
    'PUT',
    { url: 'http://localhost/', token, mode: 'secure', format: 'xml', encodingAesKey: 'short' },
  ],
  ['push', 'PUT', { url: 'http://localhost/', token, mode: 'loud', format: 'xml' }],
  ['push/messages', 'POST', { message: { event: 'dance' } }],
  ['push/messages', 'POST', { message: { 'a>b': 'c' } }],
  ['push/messages', 'POST', { message: { event: 'SCAN' }, deliveries: 0 }],
  ['scans', 'POST', { ticket: 'a', sceneStr: 'b' }],
  ['scans', 'POST', {}],
])('%s by %s refuses %j', async (path, method, body) => {
  const { control } = await wechatSide();
  expect(await control(method, path, { appId, ...body })).toMatchObject({ error: 'invalid_request' });
});
