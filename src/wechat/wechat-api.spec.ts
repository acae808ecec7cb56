import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { AppError } from '../platform/errors/app-error.js';
import { WechatApi } from './wechat-api.js';
import { WechatHttp } from './wechat-http.js';

const app: WechatApp = {
  kind: 'mini-program',
  appId: 'wx0123456789abcdef',
  appSecret: '5ecre75ecre75ecre75ecre75ecre700',
};
const code = '0a1B2c_3d-4E5f6G7h8I9j0K1l2M3n4O';
const sessionKey = 'AAECAwQFBgcICQoLDA0ODw==';
const openid = 'oAbCdEfGhIjKlMnOpQrStUvWxYz1';
const unionid = 'oUnIoNaBcDeFgHiJkLmNoPqRsTu1';
const rid = '6650a1b2-1c2d3e4f-5a6b7c8d';
const session = { session_key: sessionKey, openid, unionid };

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

const text =
  (body: string, contentType = 'text/plain', status = 200): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': contentType }).end(body);

const json = (body: unknown): Reply => text(JSON.stringify(body));

const refusal = (errcode: unknown, errmsg: string): Reply =>
  json({ errcode, errmsg: `${errmsg}, rid: ${rid}` });

/** Plays WeChat on loopback: gives its replies in turn, the last one for ever, and remembers what it was asked. */
class FakeWechat {
  readonly asked: { method: string; url: string; at: number }[] = [];
  readonly connections = new Set<Socket>();
  private replies: Reply[] = [];

  private constructor(private readonly server: Server) {
    server.on('connection', (socket) => this.connections.add(socket));
    server.on('request', (request, response) => {
      this.asked.push({ method: request.method ?? '', url: request.url ?? '', at: performance.now() });
      const reply = this.replies.length > 1 ? this.replies.shift() : this.replies[0];
      reply?.(response, request);
    });
  }

  static async start(): Promise<FakeWechat> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new FakeWechat(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  answers(...replies: Reply[]): void {
    this.replies = replies;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

let wechat: FakeWechat;
let wires: WechatHttp[];

beforeEach(async () => {
  wechat = await FakeWechat.start();
  wires = [];
});

afterEach(async () => {
  await wechat.stop();
  await Promise.all(wires.map((wire) => wire.onApplicationShutdown()));
});

function apiAt(apiUrl: string, timeoutMs = 1_000): WechatApi {
  const wire = new WechatHttp(
    new Config({ wechat: { apps: [app], apiUrl, timeoutMs } } as unknown as Config),
  );
  wires.push(wire);
  return new WechatApi(wire);
}

/** Every error of a login must be of ours and keep the secrets, wherever it comes from. */
async function failureOf(login: Promise<unknown>): Promise<AppError> {
  const error = await login.then(
    (answer) => new Error(`the login went through: ${inspect(answer)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw error;
  const shown = `${JSON.stringify(error)}${inspect(error, { depth: 10, showHidden: true })}${error.stack}${JSON.stringify(error.detailsIn('en'))}`;
  for (const secret of [app.appSecret, code, sessionKey, 'jscode2session?'])
    expect(shown).not.toContain(secret);
  return error;
}

describe('the request of a mini-program login', () => {
  beforeEach(() => wechat.answers(json(session)));

  it('names its parameters in the documented order', async () => {
    await apiAt(wechat.url).codeToSession(app, code);
    expect(wechat.asked).toMatchObject([
      {
        method: 'GET',
        url: `/sns/jscode2session?appid=${app.appId}&secret=${app.appSecret}&js_code=${code}&grant_type=authorization_code`,
      },
    ]);
  });

  it('keeps a code one encoded value, whatever it holds', async () => {
    await apiAt(wechat.url).codeToSession(app, 'a&secret=b#c=%41 d');
    const sent = new URL(wechat.asked[0]!.url, wechat.url).searchParams;
    expect([...sent.keys()]).toEqual(['appid', 'secret', 'js_code', 'grant_type']);
    expect(sent.get('js_code')).toBe('a&secret=b#c=%41 d');
  });

  it.each(['/simulator', '/simulator/', '/a/b'])('keeps the path prefix %s', async (prefix) => {
    await apiAt(wechat.url + prefix).codeToSession(app, code);
    expect(wechat.asked[0]!.url).toMatch(
      new RegExp(`^${prefix.replace(/\/$/, '')}/sns/jscode2session\\?appid=`),
    );
  });

  it('reuses the connection of the login before', async () => {
    const api = apiAt(wechat.url);
    for (let login = 0; login < 5; login += 1) await api.codeToSession(app, code);
    expect(wechat.asked).toHaveLength(5);
    expect(wechat.connections.size).toBe(1);
  });

  it('reuses the connection after a refusal by status, too', async () => {
    const api = apiAt(wechat.url);
    wechat.answers(text('Bad Gateway', 'text/html', 502), json(session));
    await failureOf(api.codeToSession(app, code));
    await api.codeToSession(app, code);
    expect(wechat.connections.size).toBe(1);
  });

  it('closes its connections when the service shuts down', async () => {
    const api = apiAt(wechat.url);
    await api.codeToSession(app, code);
    const closed = Promise.all(
      [...wechat.connections].map((socket) => new Promise((done) => socket.once('close', done))),
    );
    await wires.pop()!.onApplicationShutdown();
    await closed;
    expect((await failureOf(api.codeToSession(app, code))).error).toBe('wechat_unavailable');
  });
});

describe('a good answer', () => {
  const accepted: [string, Reply, string | undefined][] = [
    ['as text/plain', json(session), unionid],
    ['as application/json', text(JSON.stringify(session), 'application/json; encoding=utf-8'), unionid],
    ['without a content type', (response) => response.end(JSON.stringify(session)), unionid],
    ['without a unionid', json({ session_key: sessionKey, openid }), undefined],
    ['with an empty unionid', json({ ...session, unionid: '' }), undefined],
    ['with a unionid of null', json({ ...session, unionid: null }), undefined],
    ['with errcode 0', json({ ...session, errcode: 0, errmsg: 'ok' }), unionid],
    ['with errcode "0"', json({ ...session, errcode: '0', errmsg: '' }), unionid],
    ['with an errmsg that is no text', json({ ...session, errcode: 0, errmsg: null }), unionid],
    ['with unknown fields', json({ ...session, something: { new: [1] } }), unionid],
  ];

  it.each(accepted)('is accepted %s', async (_, reply, expectedUnionid) => {
    wechat.answers(reply);
    expect(await apiAt(wechat.url).codeToSession(app, code)).toEqual({
      openid,
      unionid: expectedUnionid,
      sessionKey,
    });
  });
});

describe('an errcode', () => {
  it.each([
    [40029, 'wechat_code_invalid', undefined],
    [41008, 'wechat_code_invalid', undefined],
    [42003, 'wechat_code_invalid', undefined],
    [40163, 'wechat_code_used', undefined],
    [40226, 'wechat_user_blocked', undefined],
    [40013, 'wechat_error', undefined],
    [40125, 'wechat_error', undefined],
    [40164, 'wechat_error', undefined],
    [41002, 'wechat_error', undefined],
    [41004, 'wechat_error', undefined],
    [48001, 'wechat_error', undefined],
    [99999, 'wechat_error', undefined],
    [45011, 'wechat_unavailable', 60],
    [45009, 'wechat_unavailable', 3600],
    [50002, 'wechat_unavailable', 60],
  ])('%i makes the login fail as %s, and is asked once only', async (errcode, name, retryAfterSeconds) => {
    wechat.answers(refusal(errcode, 'some words'));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error).toMatchObject({ error: name, retryAfterSeconds });
    expect(error.detailsIn('zh')).toMatchObject({ errcode, rid });
    expect(error.message).toContain('some words');
    expect(wechat.asked).toHaveLength(1);
  });

  it('given as text counts as its number', async () => {
    wechat.answers(refusal('40163', 'code been used'));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.error).toBe('wechat_code_used');
    expect(error.detailsIn('en')).toMatchObject({ errcode: 40163 });
  });

  it('refuses even where the answer also holds a session', async () => {
    wechat.answers(json({ ...session, errcode: 40029, errmsg: 'invalid code' }));
    expect((await failureOf(apiAt(wechat.url).codeToSession(app, code))).error).toBe('wechat_code_invalid');
  });

  it('without an errmsg is still understood', async () => {
    wechat.answers(json({ errcode: 40029 }));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.detailsIn('en')).toMatchObject({ errcode: 40029, rid: null });
  });

  it('whose errmsg repeats what was sent does not carry it into the log', async () => {
    wechat.answers(refusal(40029, `invalid code ${code} of secret ${app.appSecret}`));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.message).toContain('invalid code [removed] of secret [removed]');
  });
});

describe('a busy WeChat', () => {
  const busy = json({ errcode: -1, errmsg: 'system error' });

  it('is asked once more after a short pause', async () => {
    wechat.answers(busy, json(session));
    expect(await apiAt(wechat.url).codeToSession(app, code)).toMatchObject({ openid });
    expect(wechat.asked).toHaveLength(2);
    expect(wechat.asked[1]!.url).toBe(wechat.asked[0]!.url);
    expect(wechat.asked[1]!.at - wechat.asked[0]!.at).toBeGreaterThan(150);
  });

  it('that is still busy is not asked a third time', async () => {
    wechat.answers(busy, busy, json(session));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error).toMatchObject({ error: 'wechat_unavailable', retryAfterSeconds: 2 });
    expect(wechat.asked).toHaveLength(2);
  });

  it('decides by its second answer', async () => {
    wechat.answers(busy, refusal(40163, 'code been used'));
    expect((await failureOf(apiAt(wechat.url).codeToSession(app, code))).error).toBe('wechat_code_used');
  });

  it('leaves its second answer only what remains of the five seconds of a login', async () => {
    const allowed: number[] = [];
    const answers = [{ errcode: -1 }, session];
    const slowWire = {
      get: async (_path: string, _query: object, withinMs: number) => {
        allowed.push(withinMs);
        await pause(100);
        return answers.shift();
      },
    };
    await new WechatApi(slowWire as unknown as WechatHttp).codeToSession(app, code);
    const [first, second] = allowed;
    expect(first).toBeLessThanOrEqual(5_000);
    expect(first).toBeGreaterThan(4_900);
    expect(second).toBeLessThan(4_750);
    expect(second).toBeGreaterThan(4_000);
  });
});

describe('an answer that is not as documented', () => {
  const undocumented: [string, Reply][] = [
    ['HTML with status 200', text('<html>502</html>', 'text/html')],
    ['an empty body', text('')],
    ['an empty object', json({})],
    ['an openid that is a number', json({ openid: 123 })],
    ['an empty openid', json({ ...session, openid: '' })],
    ['an openid of 65 characters', json({ ...session, openid: 'o'.repeat(65) })],
    ['an openid of odd characters', json({ ...session, openid: "o' OR 1=1" })],
    ['a unionid that is a number', json({ ...session, unionid: 7 })],
    ['no session_key', json({ openid })],
    ['an empty session_key', json({ ...session, session_key: '' })],
    ['a session_key of 129 characters', json({ ...session, session_key: 'A'.repeat(129) })],
    ['an errcode that is no number', json({ ...session, errcode: 'broken' })],
    ['an array', json([session])],
    ['null', json(null)],
    ['JSON that breaks off', text(JSON.stringify(session).slice(0, -3))],
    ['a body of 2 MiB', json({ ...session, padding: 'x'.repeat(2 * 1024 * 1024) })],
    ['status 404', text(JSON.stringify(session), 'application/json', 404)],
    ['status 204', (response) => response.writeHead(204).end()],
    ['no HTTP at all', (response) => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')],
  ];

  it.each(undocumented)('fails as wechat_error: %s', async (_, reply) => {
    wechat.answers(reply);
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.error).toBe('wechat_error');
    expect(error.detailsIn('en')).toEqual({
      errcode: null,
      advice: expect.stringContaining('WECHAT_API_URL'),
      rid: null,
    });
    expect(wechat.asked).toHaveLength(1);
  });

  it('says in the log which fields are at fault', async () => {
    wechat.answers(json({ openid: 123 }));
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error.message).toMatch(/openid, session_key$/);
  });

  it.each([301, 302, 307, 308])('does not follow a redirect of status %i', async (status) => {
    wechat.answers(
      (response) => response.writeHead(status, { location: `${wechat.url}/elsewhere` }).end(),
      json(session),
    );
    const error = await failureOf(apiAt(wechat.url).codeToSession(app, code));
    expect(error).toMatchObject({
      error: 'wechat_error',
      message: expect.stringContaining(`HTTP ${status}`),
    });
    expect(wechat.asked).toHaveLength(1);
  });
});

describe('a WeChat that cannot be reached', () => {
  const drip: Reply = (response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  };
  const faults: [string, Reply][] = [
    ['status 500', text('oops', 'text/plain', 500)],
    ['status 502', text('<html>Bad Gateway</html>', 'text/html', 502)],
    ['status 503 with a long body', text('x'.repeat(2 * 1024 * 1024), 'text/html', 503)],
    ['status 500 that holds a session', text(JSON.stringify(session), 'application/json', 500)],
    ['no answer', () => undefined],
    ['a body that drips in for ever', drip],
    ['a reset', (_, request) => request.socket.resetAndDestroy()],
    ['a closed connection', (_, request) => request.socket.destroy()],
    [
      'a body cut short',
      (response, request) => {
        response
          .writeHead(200, { 'content-length': 200 })
          .write('{"openid":', () => request.socket.destroy());
      },
    ],
    [
      'a chunked body cut short',
      (response, request) => {
        response.writeHead(200).write('{"openid":', () => request.socket.end());
      },
    ],
  ];

  it.each(faults)(
    'fails as wechat_unavailable within the limit, and is asked once only: %s',
    async (_, reply) => {
      wechat.answers(reply);
      const began = performance.now();
      const error = await failureOf(apiAt(wechat.url, 300).codeToSession(app, code));
      expect(error).toMatchObject({ error: 'wechat_unavailable', retryAfterSeconds: 5 });
      expect(error.detailsIn('zh')).toEqual({
        errcode: null,
        advice: expect.stringContaining('DNS'),
        rid: null,
      });
      expect(performance.now() - began).toBeLessThan(800);
      expect(wechat.asked).toHaveLength(1);
    },
  );

  it('is given up earlier where a call has less time left than the limit', async () => {
    wechat.answers(() => undefined);
    apiAt(wechat.url, 5_000);
    const began = performance.now();
    const error = await failureOf(wires[0]!.get('/sns/jscode2session', {}, 100));
    expect(error.error).toBe('wechat_unavailable');
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('is not asked at all where no time is left', async () => {
    wechat.answers(json(session));
    apiAt(wechat.url);
    expect((await failureOf(wires[0]!.get('/sns/jscode2session', {}, 0))).error).toBe('wechat_unavailable');
    expect(wechat.asked).toHaveLength(0);
  });

  it('fails as wechat_unavailable where nobody listens', async () => {
    const gone = await FakeWechat.start();
    const { url } = gone;
    await gone.stop();
    const error = await failureOf(apiAt(url).codeToSession(app, code));
    expect(error).toMatchObject({
      error: 'wechat_unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
