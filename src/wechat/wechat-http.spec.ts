import { type AddressInfo, createServer, type Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import {
  failureOf as failureWithout,
  FakeWechat,
  json,
  refusal,
  type Reply,
  reset,
  silence,
  text,
} from '../../test/support/fake-wechat.js';
import { Config } from '../platform/config/config.js';
import { Metrics } from '../platform/observability/metrics.js';
import { WechatHttp } from './wechat-http.js';

const secret = '5ecre75ecre75ecre75ecre75ecre700';
const query = { access_token: secret, appid: 'wx0123456789abcdef' };
const failureOf = (call: Promise<unknown>) => failureWithout(call, [secret]);
const ok = { errcode: 0, errmsg: 'ok' };
const jpeg = Buffer.from('ffd8ffe000104a464946', 'hex');
const png = Buffer.from('89504e470d0a1a0a0000', 'hex');

const cutShort: Reply = (response, request) => {
  response.writeHead(200, { 'content-length': 200 }).write('{"errcode":', () => request.socket.destroy());
};

const announcement: Reply = (response, request) => {
  response.writeEarlyHints({ link: '</a>; rel=preload' }, () => request.socket.destroy());
};

let wechat: FakeWechat;
let alternate: FakeWechat;
let now: number;
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  now = 1_000;
  wechat = await FakeWechat.start();
  alternate = await FakeWechat.start();
  alternate.answers(json({ from: 'alternate' }));
  closing = [() => wechat.stop(), () => alternate.stop()];
});

afterEach(async () => {
  await Promise.all(closing.map((close) => close()));
});

function wireTo(urls: string[], timeoutMs = 300): WechatHttp {
  const [apiUrl, ...apiFallbackUrls] = urls;
  const config = new Config({
    wechat: { apps: [], apiUrl, apiFallbackUrls, timeoutMs },
  } as unknown as Config);
  const wire = new WechatHttp(config, new Metrics(), () => now);
  closing.unshift(() => wire.onApplicationShutdown());
  return wire;
}

/** Takes connections and never says a word, so that no TLS connection comes about. */
async function startMute(): Promise<{ port: number }> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    closing.push(async () => socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(async () => server.close());
  return { port: (server.address() as AddressInfo).port };
}

async function goneUrl(): Promise<string> {
  const gone = await FakeWechat.start();
  const { url } = gone;
  await gone.stop();
  return url;
}

describe('a body that is posted', () => {
  it('is raw UTF-8 JSON, with the query beside it', async () => {
    wechat.answers(json({ errcode: 0, ticket: 't' }));
    const answer = await wireTo([wechat.url]).post('/cgi-bin/qrcode/create', query, { name: '小明😀' });
    expect(answer).toEqual({ errcode: 0, ticket: 't' });
    expect(wechat.asked).toMatchObject([
      {
        method: 'POST',
        url: `/cgi-bin/qrcode/create?access_token=${secret}&appid=wx0123456789abcdef`,
        headers: { 'content-type': 'application/json' },
        body: '{"name":"小明😀"}',
      },
    ]);
  });

  it.each([
    ['HTML', text('<html></html>', 'text/html'), 'wechat_error'],
    ['an empty body', text(''), 'wechat_error'],
    ['a body of 2 MiB', text(`"${'x'.repeat(2 * 1024 * 1024)}"`), 'wechat_error'],
    ['a redirect', text('', 'text/plain', 302), 'wechat_error'],
    ['an image', text(jpeg, 'image/jpeg'), 'wechat_error'],
    ['status 502', text('', 'text/html', 502), 'wechat_unavailable'],
    ['no answer', silence, 'wechat_unavailable'],
    ['a reset', reset, 'wechat_unavailable'],
    ['a mere announcement of an answer', announcement, 'wechat_unavailable'],
  ])('fails on %s and is sent once', async (_, reply, name) => {
    wechat.answers(reply, json(ok));
    expect((await failureOf(wireTo([wechat.url]).post('/wxa/x', query, { secret }))).error).toBe(name);
    expect(wechat.asked).toHaveLength(1);
  });

  it('can be answered with a byte order mark', async () => {
    wechat.answers(text('\ufeff{"errcode":0}'));
    expect(await wireTo([wechat.url]).post('/wxa/x', query, {})).toEqual({ errcode: 0 });
  });
});

describe('an image that is asked for', () => {
  const ask = () => wireTo([wechat.url]).postForImage('/wxa/getwxacodeunlimit', query, { scene: 's' });

  it.each([
    ['JPEG', jpeg],
    ['PNG', png],
  ])('is told by its first bytes, whatever its content type: %s', async (_, bytes) => {
    wechat.answers(text(bytes, 'text/plain'));
    expect(await ask()).toEqual({ image: bytes });
  });

  it('may be refused in JSON that is called an image', async () => {
    wechat.answers(text('{"errcode":41030}', 'image/jpeg'));
    expect(await ask()).toEqual({ answer: { errcode: 41030 } });
  });

  it.each(['', '<html></html>', 'GIF89a'])('is nothing else: %j', async (body) => {
    wechat.answers(text(body, 'image/jpeg'));
    expect((await failureOf(ask())).error).toBe('wechat_error');
  });
});

describe('a circuit of the wire', () => {
  const failures: [string, Reply][] = [
    ['status 500', text('', 'text/plain', 500)],
    ['no answer', silence],
    ['a reset', reset],
    ['a body cut short', cutShort],
  ];
  const answers: [string, Reply][] = [
    ['errcode 40029', refusal(40029, 'invalid code')],
    ['errcode 45011', refusal(45011, 'api minute-quota reach limit')],
    ['HTML', text('<html></html>', 'text/html')],
    ['an empty body', text('')],
    ['status 404', text('', 'text/plain', 404)],
    ['a redirect', text('', 'text/plain', 302)],
    ['a body of 2 MiB', text(' '.repeat(2 * 1024 * 1024))],
  ];

  async function askInVain(wire: WechatHttp, times: number, path = '/sns/a'): Promise<void> {
    for (let call = 0; call < times; call += 1) await wire.get(path, query).catch(() => undefined);
  }

  it.each(failures)('opens after five of %s, and then refuses at once', async (_, reply) => {
    wechat.answers(reply);
    const wire = wireTo([wechat.url], 100);
    await askInVain(wire, 5);
    wechat.answers(json(ok));
    const began = performance.now();
    const error = await failureOf(wire.get('/sns/a', query));
    expect(performance.now() - began).toBeLessThan(50);
    expect(error).toMatchObject({ error: 'wechat_unavailable', retryAfterSeconds: 5 });
    expect(error.message).toContain('the circuit is open');
    expect(wechat.asked).toHaveLength(5);
  });

  it.each([-1, '-1'])('opens after five answers of errcode %j', async (errcode) => {
    wechat.answers(refusal(errcode, 'system error'));
    const wire = wireTo([wechat.url]);
    await askInVain(wire, 5);
    expect((await failureOf(wire.get('/sns/a', query))).message).toContain('the circuit is open');
  });

  it('opens after five refused connections', async () => {
    const wire = wireTo([await goneUrl()]);
    await askInVain(wire, 5);
    expect((await failureOf(wire.get('/sns/a', query))).message).toContain('the circuit is open');
  });

  it.each(answers)('takes %s for an answer', async (_, reply) => {
    wechat.answers(reply);
    await askInVain(wireTo([wechat.url]), 8);
    expect(wechat.asked).toHaveLength(8);
  });

  it('does not count a call for which there was no time', async () => {
    wechat.answers(json(ok));
    const wire = wireTo([wechat.url]);
    for (let call = 0; call < 6; call += 1) await failureOf(wire.get('/sns/a', query, 0));
    expect(await wire.get('/sns/a', query)).toEqual(ok);
  });

  it('is one for each kind of endpoint', async () => {
    wechat.answers(text('', 'text/plain', 500));
    const wire = wireTo([wechat.url]);
    await askInVain(wire, 5, '/sns/jscode2session');
    wechat.answers(json(ok));
    expect(await wire.get('/cgi-bin/token', query)).toEqual(ok);
    expect(await wire.post('/wxa/business/getuserphonenumber', query, {})).toEqual(ok);
    expect((await failureOf(wire.get('/sns/userinfo', query))).error).toBe('wechat_unavailable');
  });

  it('lets one call try after 5 s while others are refused, and closes when it is answered', async () => {
    wechat.answers(text('', 'text/plain', 500));
    const wire = wireTo([wechat.url]);
    await askInVain(wire, 5);
    wechat.answers((response, request) => void pause(50).then(() => json(ok)(response, request)));
    now += 5_000;
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => wire.get('/sns/a', query)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(wechat.asked).toHaveLength(6);
    expect(await Promise.all([wire.get('/sns/a', query), wire.get('/sns/b', query)])).toEqual([ok, ok]);
  });

  it('opens for 5 s more when the one call fails', async () => {
    wechat.answers(text('', 'text/plain', 500));
    const wire = wireTo([wechat.url]);
    await askInVain(wire, 5);
    now += 5_000;
    await askInVain(wire, 3);
    expect(wechat.asked).toHaveLength(6);
    wechat.answers(json(ok));
    now += 4_999;
    await askInVain(wire, 1);
    expect(wechat.asked).toHaveLength(6);
    now += 1;
    expect(await wire.get('/sns/a', query)).toEqual(ok);
  });
});

describe('an alternate host', () => {
  it('is not asked while the first one answers', async () => {
    wechat.answers(json(ok));
    expect(await wireTo([wechat.url, alternate.url]).get('/sns/a', query)).toEqual(ok);
    expect(alternate.asked).toHaveLength(0);
  });

  const unreached: [string, () => Promise<string>][] = [
    ['a refused connection', goneUrl],
    ['a name that nobody knows', async () => 'http://wechat.invalid'],
    ['a connection that does not come about', async () => `https://127.0.0.1:${(await startMute()).port}`],
    ['a certificate or protocol that does not fit', async () => wechat.url.replace('http:', 'https:')],
  ];

  it.each(unreached)('is asked after %s, with what is left of the time', async (_, first) => {
    const wire = wireTo([await first(), alternate.url], 1_000);
    const began = performance.now();
    expect(await wire.post('/sns/a', query, { n: 1 })).toEqual({ from: 'alternate' });
    expect(performance.now() - began).toBeLessThan(900);
    expect(alternate.asked).toMatchObject([{ method: 'POST', body: '{"n":1}' }]);
    expect(wechat.asked).toHaveLength(0);
  });

  it('is asked at once while the circuit of the first one is open, which then comes first again', async () => {
    wechat.answers(text('', 'text/plain', 500));
    const wire = wireTo([wechat.url, alternate.url]);
    for (let call = 0; call < 5; call += 1) await failureOf(wire.get('/sns/a', query));
    expect(await wire.get('/sns/a', query)).toEqual({ from: 'alternate' });
    wechat.answers(json(ok));
    now += 5_000;
    expect(await wire.get('/sns/a', query)).toEqual(ok);
    expect([wechat.asked.length, alternate.asked.length]).toEqual([6, 1]);
  });

  const reached: [string, Reply][] = [
    ['status 500', text('', 'text/plain', 500)],
    ['status 503', text('', 'text/plain', 503)],
    ['no answer', silence],
    ['a reset', reset],
    ['a body cut short', cutShort],
    ['HTML', text('<html></html>', 'text/html')],
    ['an empty body', text('')],
    ['a redirect', text('', 'text/plain', 302)],
    ['a body of 2 MiB', text(' '.repeat(2 * 1024 * 1024))],
  ];

  it.each(reached)('is never asked once the request was sent: %s', async (_, reply) => {
    wechat.answers(reply);
    await failureOf(wireTo([wechat.url, alternate.url]).get('/sns/a', query));
    expect(wechat.asked).toHaveLength(1);
    expect(alternate.asked).toHaveLength(0);
  });

  it('is never asked after a reset before the request was read', async () => {
    const rude = createServer((socket) => socket.once('readable', () => socket.resetAndDestroy()));
    await new Promise<void>((listening) => rude.listen(0, '127.0.0.1', listening));
    closing.push(async () => rude.close());
    const url = `http://127.0.0.1:${(rude.address() as AddressInfo).port}`;
    expect((await failureOf(wireTo([url, alternate.url]).get('/sns/a', query))).error).toBe(
      'wechat_unavailable',
    );
    expect(alternate.asked).toHaveLength(0);
  });

  it.each([-1, 40029, 40164, 45009])('is never asked after errcode %i', async (errcode) => {
    wechat.answers(refusal(errcode, 'words'));
    expect(await wireTo([wechat.url, alternate.url]).get('/sns/a', query)).toMatchObject({ errcode });
    expect(alternate.asked).toHaveLength(0);
  });

  it('has a circuit of its own', async () => {
    alternate.answers(text('', 'text/plain', 500));
    const gone = await goneUrl();
    const wire = wireTo([gone, alternate.url]);
    for (let call = 0; call < 5; call += 1) await failureOf(wire.get('/sns/a', query));
    const error = await failureOf(wire.get('/sns/a', query));
    expect(error.message).toMatch(
      new RegExp(
        `${new URL(gone).host}: the circuit is open; ${new URL(alternate.url).host}: the circuit is open$`,
      ),
    );
    expect(alternate.asked).toHaveLength(5);
  });

  it('that is gone as well leaves an error that says so of each', async () => {
    const gone = [await goneUrl(), await goneUrl()];
    const error = await failureOf(wireTo(gone).get('/sns/a', query));
    expect(error.error).toBe('wechat_unavailable');
    for (const url of gone) expect(error.message).toContain(`${new URL(url).host}: ECONNREFUSED`);
  });

  it('does not make a call longer than it may be', async () => {
    alternate.answers(silence);
    const mute = `https://127.0.0.1:${(await startMute()).port}`;
    const began = performance.now();
    await failureOf(wireTo([mute, mute, alternate.url], 2_000).get('/sns/a', query, 400));
    expect(performance.now() - began).toBeLessThan(700);
    expect(alternate.asked).toHaveLength(1);
  });

  it('keeps its own path prefix', async () => {
    await wireTo([await goneUrl(), `${alternate.url}/prefix/`]).get('/sns/a', { b: 'c d' });
    expect(alternate.asked[0]!.url).toBe('/prefix/sns/a?b=c+d');
  });
});

describe('a request that was given up', () => {
  it('does not keep its connection waiting for the answer', async () => {
    wechat.answers(silence);
    await failureOf(wireTo([wechat.url], 20_000).get('/sns/a', query, 50));
    const [connection] = wechat.connections;
    await new Promise((closed) => connection!.once('close', closed));
    expect(connection!.destroyed).toBe(true);
  }, 5_000);
});

describe('a request that was given up while it waited', () => {
  it('is not sent when the connection comes about later', async () => {
    wechat.answers((response, request) => void pause(400).then(() => json(ok)(response, request)));
    const wire = wireTo([wechat.url], 1_000);
    // All connections of the pool are taken, so that one call more has to wait.
    const others = Promise.all(Array.from({ length: 128 }, () => wire.get('/sns/a', query)));
    await pause(100);
    expect((await failureOf(wire.get('/sns/late', query, 50))).message).toContain('no connection in time');
    await others;
    await pause(100);
    expect(wechat.asked.filter(({ url }) => url.startsWith('/sns/late'))).toEqual([]);
    expect(wechat.asked).toHaveLength(128);
  });
});
