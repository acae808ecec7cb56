import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { embedded } from './backends.js';
import { createClient, type Client } from './client.js';
import { freePort } from './services/probe.js';

export interface HostedService extends Client {
  /** Where browsers find it: PUBLIC_URL. */
  url: string;
  /** What `wx.login` would have given. */
  miniProgramCode(person: string): Promise<string>;
  close(): Promise<void>;
}

/** The service with its own simulator, as `npm start` has it, on an address that browsers reach. */
export async function startHostedService(env: Record<string, string> = {}): Promise<HostedService> {
  const storage = await embedded.open();
  const port = Number(env.PORT ?? (await freePort()));
  const base = `http://127.0.0.1:${port}`;
  const settings = {
    NODE_ENV: 'test',
    PORT: String(port),
    PUBLIC_URL: base,
    SIMULATOR: 'true',
    // A machine that runs other tests beside these may keep the simulator waiting.
    WECHAT_TIMEOUT: '5s',
    ENCRYPTION_KEYS: `test:${Buffer.alloc(32, 'wxpass-tests').toString('base64')}`,
    API_LIMIT: '1000000/1m',
    LOGIN_LIMIT_IP: '1000000/1m',
    REGISTER_LIMIT: '1000000/1m',
    SCAN_LIMIT: '1000000/1m',
    LOG_LEVEL: 'silent',
    ...storage.env,
    ...env,
  };
  const app = await createApp(loadConfig(settings));
  await app.listen(port, '127.0.0.1');
  return {
    ...createClient(base),
    url: settings.PUBLIC_URL,
    miniProgramCode: async (person) => {
      const response = await fetch(`${base}/simulator/control/codes`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ kind: 'mini-program', person }),
      });
      return ((await response.json()) as { code: string }).code;
    },
    close: async () => {
      await app.close();
      await storage.close();
    },
  };
}

/** A page of somebody else's, to which logins return. */
export interface App {
  origin: string;
  close(): void;
}

export async function startApp(): Promise<App> {
  const server = createServer((_request, response) => void response.end('The app'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}

/** The same behind a proxy that serves it below a path, and takes the path away. */
export async function startBelowPath(path: string): Promise<HostedService> {
  const [port, outsidePort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${outsidePort}${path}`;
  const service = await startHostedService({ PORT: String(port), PUBLIC_URL: url });
  const proxy = createServer((incoming, outgoing) => {
    if (!incoming.url?.startsWith(`${path}/`)) return void outgoing.writeHead(404).end();
    const { method, headers } = incoming;
    const options = { port, host: '127.0.0.1', path: incoming.url.slice(path.length), method, headers };
    const onward = forward(options, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.on('error', () => outgoing.destroy()).pipe(outgoing);
    });
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward.on('error', () => outgoing.destroy()));
  });
  await new Promise<void>((resolve) => proxy.listen(outsidePort, '127.0.0.1', resolve));
  const close = async () => {
    proxy.closeAllConnections();
    proxy.close();
    await service.close();
  };
  return { ...service, url, close };
}
