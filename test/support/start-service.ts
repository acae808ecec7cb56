import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { simulatedApps, type SimulatedApp } from '../../src/simulator/simulator.plugin.js';
import type { Backend } from './backends.js';
import { type Client, createClient } from './client.js';
import { documentedClient } from './documented-client.js';
import { type RunningSimulator, otherMiniProgram, startSimulator } from './start-simulator.js';

export interface Replica extends Client {
  app: NestFastifyApplication;
  base: string;
}

export interface RunningService extends Replica {
  replicas: Replica[];
  simulator: RunningSimulator;
  env: Record<string, string>;
  /** One more replica on the same storage. */
  addReplica(env?: Record<string, string>): Promise<Replica>;
  close(): Promise<void>;
}

interface Options {
  replicas?: number;
  env?: Record<string, string>;
  /** Apps of other operators, which WeChat alone knows. */
  strangeApps?: readonly SimulatedApp[];
}

const encryptionKey = `test:${Buffer.alloc(32, 'wxpass-tests').toString('base64')}`;

/** Starts the service as main does, on free ports, against a simulator of its own. */
export async function startService(
  backend: Backend,
  { replicas: count = 1, env = {}, strangeApps }: Options = {},
): Promise<RunningService> {
  const storage = await backend.open();
  const simulator = await startSimulator(strangeApps);
  const settings = { ...baseSettings(simulator), ...storage.env, ...env };
  const replicas: Replica[] = [];
  const addReplica = async (extra: Record<string, string> = {}) => {
    const replica = await startReplica({ ...settings, ...extra });
    replicas.push(replica);
    return replica;
  };
  const close = async () => {
    for (const { app } of replicas) await app.close();
    await simulator.close();
    await storage.close();
  };
  try {
    for (let i = 0; i < count; i++) await addReplica();
  } catch (error) {
    await close();
    throw error;
  }
  return { ...replicas[0]!, replicas, simulator, env: settings, addReplica, close };
}

function baseSettings(simulator: RunningSimulator): Record<string, string> {
  const apps = [...simulatedApps, otherMiniProgram].map(({ kind, appId, appSecret }) => ({
    kind,
    appId,
    appSecret,
  }));
  return {
    NODE_ENV: 'test',
    PUBLIC_URL: 'https://login.example.test',
    ENCRYPTION_KEYS: encryptionKey,
    WECHAT_APPS: JSON.stringify(apps),
    WECHAT_API_URL: simulator.url,
    WECHAT_OPEN_URL: simulator.url,
    // A machine that runs other tests beside these may keep the simulator waiting.
    WECHAT_TIMEOUT: '5s',
    RETURN_TO_ORIGINS: 'https://app.example.test',
    API_LIMIT: '1000000/1m',
    LOGIN_LIMIT_IP: '1000000/1m',
    REGISTER_LIMIT: '1000000/1m',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    DOCS: 'true',
  };
}

async function startReplica(env: Record<string, string>): Promise<Replica> {
  const app = await createApp(loadConfig(env));
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  const base = `http://127.0.0.1:${port}`;
  return { app, base, ...documentedClient(app, createClient(base)) };
}
