import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { XMLParser } from 'fast-xml-parser';
import WechatPackageApi from 'co-wechat-api';
import WechatPackageOauth from 'co-wechat-oauth';
import WechatPackageCrypto from 'wechat-crypto';
import { appOf, miniProgram, type RunningSimulator, startSimulator } from '../support/start-simulator.js';

const account = appOf('official-account');
const token = 'pushtoken';
const callback = 'https://app.example.test/callback?from=wechat';

let simulator: RunningSimulator;
const servers: Server[] = [];
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(async () => {
  servers.forEach((server) => server.close());
  await simulator?.close();
});

/** Where an account's own server takes what WeChat pushes. */
async function accountServer(answer: (request: IncomingMessage) => Promise<string>): Promise<string> {
  const server = createServer((request, response) => void answer(request).then((text) => response.end(text)));
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function control(method: string, path: string, body?: object): Promise<any> {
  const init = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${simulator.url}/control/${path}`, { method, ...init });
  expect(response.status).toBe(200);
  return response.json();
}

/** What the simulator says of a person before anybody logs in. */
async function promised(name: string, appId: string) {
  const { people } = await control('GET', 'people');
  const person = people.find((known: { person: string }) => known.person === name);
  return {
    openid: person.openids[appId],
    unionid: person.unionids.simulated,
    nickname: person.nickname,
    avatar: person.avatar,
  };
}

describe('co-wechat-oauth at the simulator', () => {
  const atSimulator = (url: string) =>
    url.replace(/^https:\/\/(?:api|open)\.weixin\.qq\.com/, () => simulator.url);

  /** Has WeChat's host in its code; all else, from the URL's query to the reading of the answer, stays its own. */
  class Client extends WechatPackageOauth {
    override request(url: string, options?: object): Promise<any> {
      return super.request(atSimulator(url), options);
    }
  }

  const doors = [
    {
      kind: 'website',
      scope: 'snsapi_login',
      consentUrl: (client: Client) => client.getAuthorizeURLForWebsite(callback, 'state1'),
    },
    {
      kind: 'official-account',
      scope: 'snsapi_userinfo',
      consentUrl: (client: Client) => client.getAuthorizeURL(callback, 'state1', 'snsapi_userinfo'),
    },
  ] as const;

  describe.each(doors)('by the door $kind', ({ kind, scope, consentUrl }) => {
    const { appId, appSecret } = appOf(kind);
    const newClient = () => new Client(appId, appSecret);
    const consentOf = async (client: Client, person: string) =>
      new URL((await simulator.consent(atSimulator(consentUrl(client)), { person }))!);

    it.each(['ada', 'mei'])('logs %s in as the person whom the simulator promised', async (name) => {
      const person = await promised(name, appId);
      const client = newClient();
      const back = await consentOf(client, name);
      expect(back.href).toMatch(
        /^https:\/\/app\.example\.test\/callback\?from=wechat&code=[\w-]+&state=state1$/,
      );

      const { data } = await client.getAccessToken(back.searchParams.get('code')!);
      expect(data).toMatchObject({
        openid: person.openid,
        unionid: person.unionid,
        scope,
        expires_in: 7200,
        refresh_token: expect.any(String),
      });
      for (const [lang, nickname] of [
        ['zh_CN', person.nickname.zh],
        ['en', person.nickname.en],
      ]) {
        expect(await client.getUser({ openid: person.openid, lang })).toMatchObject({
          openid: person.openid,
          unionid: person.unionid,
          nickname,
          headimgurl: person.avatar,
        });
      }
    });

    it('keeps the token alive, and is told when a code is spent', async () => {
      const { openid } = await promised('ming', appId);
      const client = newClient();
      const code = (await consentOf(client, 'ming')).searchParams.get('code')!;
      const { data } = await client.getAccessToken(code);
      const { data: refreshed } = await client.refreshAccessToken(data.refresh_token);
      expect(refreshed).toMatchObject({ openid, scope });
      expect(await client.verifyToken(openid, refreshed.access_token)).toMatchObject({ errcode: 0 });
      await expect(client.getAccessToken(code)).rejects.toMatchObject({
        name: 'WeChatAPIError',
        code: 40163,
        message: expect.stringMatching(/^code been used, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/),
      });
    });
  });
});

describe('co-wechat-api at the simulator', () => {
  function newClient({ appId, appSecret }: { appId: string; appSecret: string }) {
    const client = new WechatPackageApi(appId, appSecret);
    client.prefix = `${simulator.url}/cgi-bin/`;
    client.snsPrefix = `${simulator.url}/sns/`;
    return client;
  }

  it('fetches an app token by itself, makes a QR code with it and learns who followed', async () => {
    const { openid, unionid } = await promised('lei', account.appId);
    const client = newClient(account);
    expect(await client.getUser(openid)).toEqual({ subscribe: 0, openid });
    const { ticket, expire_seconds } = await client.createTmpQRCode('login_7f3a', 300);
    expect(expire_seconds).toBe(300);

    const url = await accountServer(async () => 'success');
    await control('PUT', 'push', { appId: account.appId, url, token, mode: 'plain', format: 'xml' });
    await control('POST', 'scans', { ticket, person: 'lei' });
    expect(await client.getUser(openid)).toMatchObject({
      subscribe: 1,
      openid,
      unionid,
      subscribe_scene: 'ADD_SCENE_QR_CODE',
      qr_scene_str: 'login_7f3a',
    });
  });

  it('sees by the errcode that its token is not the latest, and goes on with a new one', async () => {
    const { openid } = await promised('ming', account.appId);
    const client = newClient(account);
    await client.saveToken({ accessToken: `71_${'o'.repeat(140)}`, expireTime: Date.now() + 60_000 });
    const before = (await simulator.calls()).length;
    expect(await client.getUser(openid)).toEqual({ subscribe: 0, openid });
    const paths = (await simulator.calls()).slice(before).map(({ path }) => path);
    expect(paths).toEqual(['/cgi-bin/user/info', '/cgi-bin/token', '/cgi-bin/user/info']);
  });

  it('gets the session of a mini program', async () => {
    const { openid, unionid } = await promised('mei', miniProgram.appId);
    const session = await newClient(miniProgram).code2Session(await simulator.code('mei'));
    expect(session).toMatchObject({ openid, unionid });
    // The package keeps the backslash of WeChat's `\/`, which base64 passes over.
    expect(Buffer.from(session.session_key, 'base64')).toHaveLength(16);
  });
});

describe('wechat-crypto at the simulator', () => {
  const encodingAesKey = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
  const { appId } = account;
  const crypt = new WechatPackageCrypto(token, encodingAesKey, appId);
  const parser = new XMLParser({ parseTagValue: false });
  const fieldsOf = (xml: string): Record<string, string> => parser.parse(xml).xml;

  let opened: { message: string; id: string }[];
  beforeAll(async () => {
    const url = await accountServer(echo);
    await control('PUT', 'push', { appId, url, token, encodingAesKey, mode: 'secure', format: 'xml' });
  });
  beforeEach(() => {
    opened = [];
  });

  /** An account's server built on the package: opens a push, and seals its content as the reply. */
  async function echo(request: IncomingMessage): Promise<string> {
    const { searchParams } = new URL(request.url!, 'http://unknown');
    const [timestamp, nonce] = [searchParams.get('timestamp')!, searchParams.get('nonce')!];
    const { Encrypt } = fieldsOf(await text(request));
    const signature = crypt.getSignature(timestamp, nonce, Encrypt!);
    if (signature !== searchParams.get('msg_signature')) return 'not signed by WeChat';
    const push = crypt.decrypt(Encrypt!);
    opened.push(push);
    return sealed(replyTo(fieldsOf(push.message)), timestamp, nonce);
  }

  function replyTo({ FromUserName, ToUserName, CreateTime, Content }: Record<string, string>): string {
    return `<xml><ToUserName>${FromUserName}</ToUserName><FromUserName>${ToUserName}</FromUserName><CreateTime>${CreateTime}</CreateTime><MsgType>text</MsgType><Content><![CDATA[${Content}]]></Content></xml>`;
  }

  function sealed(message: string, timestamp: string, nonce: string): string {
    const encrypted = crypt.encrypt(message);
    const signature = crypt.getSignature(timestamp, nonce, encrypted);
    return `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt><MsgSignature>${signature}</MsgSignature><TimeStamp>${timestamp}</TimeStamp><Nonce>${nonce}</Nonce></xml>`;
  }

  const send = async (content: string, flaws: object = {}) => {
    const message = { FromUserName: 'oSomebody', MsgType: 'text', Content: content };
    return (await control('POST', 'push/messages', { appId, message, deliveries: 1, ...flaws })).deliveries;
  };

  it('opens what the simulator sealed, and seals what the simulator takes, whatever the length', async () => {
    for (let length = 1; length <= 32; length++) {
      const content = `${'x'.repeat(length)}艾达🌸`;
      expect(await send(content)).toMatchObject([
        { status: 200, accepted: true, reply: { encrypted: true, fields: { Content: content } } },
      ]);
    }
    expect(opened.map(({ id }) => id)).toEqual(Array(32).fill(appId));
    expect(fieldsOf(opened[0]!.message)).toMatchObject({ MsgType: 'text', Content: 'x艾达🌸' });
  });

  it('tells the pushes that the simulator forged', async () => {
    expect(await send('hello', { badSignature: true })).toMatchObject([{ body: 'not signed by WeChat' }]);
    expect(opened).toEqual([]);
    await send('hello', { wrongAppId: true });
    expect(opened.map(({ id }) => id === appId)).toEqual([false]);
  });
});
