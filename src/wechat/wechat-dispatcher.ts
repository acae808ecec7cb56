import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';

const maxResponseBytes = 1024 * 1024;
const maxConnections = 128;

/**
 * Kept connections to WeChat, straight or through the operator's proxy: by a tunnel to https targets,
 * as a plain forwarding proxy to http ones. Redirects are not followed.
 */
export function wechatDispatcher(timeoutMs: number, proxyUrl: string | undefined): Dispatcher {
  const limits = {
    connections: maxConnections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: maxResponseBytes,
  };
  const connect = { timeout: timeoutMs };
  if (!proxyUrl) return new Agent({ ...limits, connect });

  // undici hands its limits to none of the pools that it makes for a proxy.
  const limitedPool = (origin: string | URL, options: object) => new Pool(origin, { ...limits, ...options });
  return new ProxyAgent({
    uri: proxyUrl,
    proxyTunnel: false,
    proxyTls: connect,
    requestTls: connect,
    clientFactory: limitedPool,
    factory: limitedPool,
  });
}
