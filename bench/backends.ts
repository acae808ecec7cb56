import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { createDatabase } from '../test/support/services/database.js';
import { freePort } from '../test/support/services/probe.js';
import { startServices } from '../test/support/services/services.js';
import type { Announcement } from './child.js';
import { NodeProcess } from './node-process.js';

export const appId = 'wx0123456789abcdef';

/** What service and floor stand on alike. */
export interface Backends {
  databaseUrl: string;
  redisUrl: string;
  wechatUrl: string;
  /** The environment of the service as in production, but for limits that would stop the load. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** MariaDB, Redis, an empty database and a stand-in for WeChat. */
export async function startBackends(): Promise<Backends> {
  const services = await startServices();
  const database = await createDatabase(services.databaseUrl);
  const wechat = await startChild('stand-in/main.js');
  const addresses = {
    databaseUrl: database.url,
    redisUrl: services.redisUrl,
    wechatUrl: wechat.url,
  };
  return {
    ...addresses,
    env: await productionEnv(addresses),
    stop: async () => {
      await wechat.process.stop();
      await database.drop();
      await services.stop();
    },
  };
}

export interface ChildServer {
  process: NodeProcess;
  url: string;
}

/** One of the bench's own servers. */
export async function startChild(entry: string, env: NodeJS.ProcessEnv = {}): Promise<ChildServer> {
  const child = new NodeProcess(fileURLToPath(new URL(entry, import.meta.url)), { env, ipc: true });
  const { port } = await child.message<Announcement>();
  return { process: child, url: `http://127.0.0.1:${port}` };
}

/** The environment of the service, on these servers. */
export async function productionEnv(addresses: Pick<Backends, 'databaseUrl' | 'redisUrl' | 'wechatUrl'>) {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(await freePort()),
    DATABASE_URL: addresses.databaseUrl,
    DATABASE_MIGRATE: 'true',
    REDIS_URL: addresses.redisUrl,
    WECHAT_API_URL: addresses.wechatUrl,
    WECHAT_MINI_PROGRAM_APP_ID: appId,
    WECHAT_MINI_PROGRAM_APP_SECRET: randomBytes(16).toString('hex'),
    ENCRYPTION_KEYS: `bench:${randomBytes(32).toString('base64')}`,
    API_LIMIT: '900000000/1m',
    LOGIN_LIMIT_IP: '900000000/1m',
    LOG_FORMAT: 'json',
    LOG_LEVEL: 'info',
  };
}
