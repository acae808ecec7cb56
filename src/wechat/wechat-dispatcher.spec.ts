import { type AddressInfo, createServer } from 'node:net';
import {
  failureOf as failureWithout,
  FakeWechat,
  json,
  silence,
  text,
} from '../../test/support/fake-wechat.js';
import { type OutboundProxy, startOutboundProxy } from '../../test/support/outbound-proxy.js';
import { Config } from '../platform/config/config.js';
import { Metrics } from '../platform/observability/metrics.js';
import { WechatHttp } from './wechat-http.js';

const secret = '5ecre75ecre75ecre75ecre75ecre700';
const query = { secret };
const credentials = 'corp-user:p%40ss-w0rd';
const authorization = `Basic ${Buffer.from('corp-user:p@ss-w0rd').toString('base64')}`;
const failureOf = (call: Promise<unknown>) =>
  failureWithout(call, [secret, 'corp-user', 'p%40ss', 'p@ss', authorization]);
const ok = { errcode: 0 };

let wechat: FakeWechat;
let closing: (() => Promise<unknown>)[];

beforeEach(async () => {
  wechat = await FakeWechat.start();
  wechat.answers(json(ok));
  closing = [() => wechat.stop()];
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

async function startProxy(tunnelPort?: number): Promise<OutboundProxy> {
  const proxy = await startOutboundProxy(tunnelPort);
  closing.push(() => proxy.close());
  return proxy;
}

function wireThrough(proxy: OutboundProxy, urls: string[], timeoutMs = 400): WechatHttp {
  const [apiUrl, ...apiFallbackUrls] = urls;
  const proxyUrl = `http://${credentials}@127.0.0.1:${proxy.port}`;
  const wechatConfig = { apps: [], apiUrl, apiFallbackUrls, timeoutMs, proxyUrl };
  const wire = new WechatHttp(new Config({ wechat: wechatConfig } as unknown as Config), new Metrics());
  closing.push(() => wire.onApplicationShutdown());
  return wire;
}

/** Takes connections and remembers the first bytes of each. */
async function startRecorder(): Promise<{ port: number; heard: Buffer[] }> {
  const heard: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('data', (data) => heard.push(data));
    closing.push(async () => socket.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  closing.push(async () => server.close());
  return { port: (server.address() as AddressInfo).port, heard };
}

describe('an outbound proxy', () => {
  it('forwards to an http target, knows who is asking and does not tell WeChat', async () => {
    const proxy = await startProxy();
    const wire = wireThrough(proxy, [wechat.url]);
    expect(await wire.get('/sns/a', { n: '1' })).toEqual(ok);
    expect(await wire.post('/wxa/b', { n: '2' }, { text: '小明' })).toEqual(ok);
    const { host } = new URL(wechat.url);
    expect(proxy.asked).toEqual([
      { line: `GET ${wechat.url}/sns/a?n=1`, host, authorization },
      { line: `POST ${wechat.url}/wxa/b?n=2`, host, authorization },
    ]);
    expect(wechat.asked).toMatchObject([
      { url: '/sns/a?n=1' },
      { url: '/wxa/b?n=2', body: '{"text":"小明"}' },
    ]);
  });

  it('tunnels to an https target and sees the name of the host alone', async () => {
    const recorder = await startRecorder();
    const proxy = await startProxy(recorder.port);
    await failureOf(wireThrough(proxy, ['https://api.weixin.qq.com']).get('/sns/a', query));
    expect(proxy.asked).toEqual([
      { line: 'CONNECT api.weixin.qq.com:443', host: 'api.weixin.qq.com', authorization },
    ]);
    const handshake = Buffer.concat(recorder.heard).toString('latin1');
    expect(handshake.charCodeAt(0)).toBe(0x16);
    expect(handshake).toContain('api.weixin.qq.com');
    expect(handshake).not.toContain(secret);
  });

  it.each([
    ['http', 407],
    ['http', 502],
    ['https', 407],
    ['https', 502],
  ])('for %s that answers %i itself makes WeChat unavailable', async (protocol, status) => {
    const proxy = await startProxy();
    proxy.refuseWith(status);
    const url = wechat.url.replace('http', protocol);
    const error = await failureOf(wireThrough(proxy, [url]).get('/sns/a', query));
    expect(error.error).toBe('wechat_unavailable');
    expect(error.message).toContain(`HTTP ${status}`);
  });

  it.each(['http', 'https'])('for %s that says nothing is given up in time', async (protocol) => {
    const proxy = await startProxy();
    proxy.refuseWith(0);
    const began = performance.now();
    const url = wechat.url.replace('http', protocol);
    const error = await failureOf(wireThrough(proxy, [url], 300).get('/sns/a', query));
    expect(error.error).toBe('wechat_unavailable');
    expect(performance.now() - began).toBeLessThan(800);
  });

  it('that says nothing is not kept waiting for either', async () => {
    const proxy = await startProxy();
    proxy.refuseWith(0);
    await failureOf(wireThrough(proxy, ['https://api.weixin.qq.com'], 200).get('/sns/a', query));
    await proxy.allClosed();
  }, 4_000);

  it('that is gone makes a call fail at once', async () => {
    const proxy = await startOutboundProxy();
    await proxy.close();
    for (const url of [wechat.url, 'https://api.weixin.qq.com']) {
      const error = await failureOf(wireThrough(proxy, [url]).get('/sns/a', query));
      expect(error.message).toContain('ECONNREFUSED');
    }
  });

  it('that reaches no tunnel end leaves the call to the alternate', async () => {
    const proxy = await startProxy(1);
    expect(await wireThrough(proxy, ['https://api.weixin.qq.com', wechat.url]).get('/sns/a', query)).toEqual(
      ok,
    );
  });

  it('that hands on a 5xx may have sent the request: the alternate is not asked', async () => {
    const proxy = await startProxy();
    wechat.answers(text('', 'text/plain', 503));
    const alternate = await FakeWechat.start();
    closing.push(() => alternate.stop());
    await failureOf(wireThrough(proxy, [wechat.url, alternate.url]).get('/sns/a', query));
    expect(alternate.asked).toHaveLength(0);
  });

  it('changes nothing about the limits of size and time', async () => {
    const wire = wireThrough(await startProxy(), [wechat.url], 300);
    wechat.answers(text(' '.repeat(2 * 1024 * 1024)));
    expect((await failureOf(wire.get('/sns/a', query))).message).toContain('too large');
    wechat.answers(silence);
    expect((await failureOf(wire.get('/sns/a', query))).message).toContain('no answer in time');
  });
});
