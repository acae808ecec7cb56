import { selfSigned } from '../certificate.js';
import { startOutboundProxy } from '../outbound-proxy.js';
import type { Provocation } from './provocation.js';
import type { World } from './world.js';

const path = '/cgi-bin/token';

/** A proxy that refuses everything with this status. */
async function refusingProxy(world: World, status: number): Promise<string> {
  const proxy = await startOutboundProxy();
  world.afterwards(() => proxy.close());
  proxy.refuseWith(status);
  return `http://user:plantedPassword@127.0.0.1:${proxy.port}`;
}

export const wechatProvocations: Provocation[] = [
  {
    condition: 'wechat-host-unknown',
    how: 'WECHAT_API_URL=https://nowhere.invalid',
    provoke: () => ({ WECHAT_API_URL: 'https://nowhere.invalid' }),
  },
  {
    condition: 'wechat-unreachable',
    how: 'a port on which nothing listens',
    provoke: () => ({ WECHAT_API_URL: 'http://127.0.0.1:1' }),
  },
  {
    condition: 'wechat-unreachable',
    how: 'a server that never answers (simulator: hang)',
    provoke: async (world) => ({ ...(await world.fault({ path, hang: true })), WECHAT_TIMEOUT: '500ms' }),
  },
  {
    condition: 'wechat-certificate',
    how: 'a server with a certificate that signs itself',
    provoke: async (world) => ({
      WECHAT_API_URL: await world.serve((_request, response) => response.end(), selfSigned('127.0.0.1', 90)),
    }),
  },
  {
    condition: 'wechat-proxy-unreachable',
    how: 'WECHAT_PROXY_URL names a port on which nothing listens',
    provoke: () => ({ WECHAT_PROXY_URL: 'http://user:plantedPassword@127.0.0.1:1' }),
  },
  {
    condition: 'wechat-proxy-refuses',
    how: 'a proxy that answers 407, WeChat by http',
    provoke: async (world) => ({ WECHAT_PROXY_URL: await refusingProxy(world, 407) }),
  },
  {
    condition: 'wechat-proxy-refuses',
    how: 'a proxy that answers 403 to CONNECT, WeChat by https',
    provoke: async (world) => ({
      WECHAT_PROXY_URL: await refusingProxy(world, 403),
      WECHAT_API_URL: 'https://api.weixin.qq.com',
    }),
  },
  {
    condition: 'wechat-not-wechat',
    how: 'WECHAT_API_URL names the service itself',
    provoke: (world) => ({ WECHAT_API_URL: world.service.base }),
  },
  {
    condition: 'wechat-unavailable',
    how: 'WeChat answers 502 (simulator: status)',
    provoke: (world) => world.fault({ path, status: 502 }),
  },
];
