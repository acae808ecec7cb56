import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import type { SimulatedApp } from '../../../src/simulator/simulator.plugin.js';
import { shared } from '../backends.js';
import type { Certificate } from '../certificate.js';
import { startMariadb } from '../services/mariadb.js';
import type { ThrowawayServer } from '../services/throwaway-server.js';
import { startService, type RunningService } from '../start-service.js';
import { appOf } from '../start-simulator.js';

export type Env = Record<string, string>;

/** Apps that WeChat sends people back to elsewhere. */
export const elsewhere: SimulatedApp[] = (['website', 'official-account'] as const).map((kind, place) => ({
  ...appOf(kind),
  appId: `wxfa4e00000000009${place}`,
  callbackDomain: 'elsewhere.example',
}));

/** Everything in order, and the means to bring it out of order for the length of one test. */
export class World {
  private undos: (() => unknown)[] = [];

  private constructor(
    readonly service: RunningService,
    /** A database server of our own, which may be maltreated. */
    readonly mariadb: ThrowawayServer,
    /** What the doctor is told where nothing is wrong. */
    readonly env: Env,
  ) {}

  static async create(): Promise<World> {
    const apps = (['mini-program', 'website', 'official-account', 'mobile'] as const)
      .map(appOf)
      .map(({ kind, appId, appSecret, pushToken }) => ({ kind, appId, appSecret, pushToken }));
    const settings = { WECHAT_APPS: JSON.stringify(apps), WECHAT_VERIFY_FILES: 'MP_verify_x.txt=content' };
    const mariadb = await startMariadb();
    const service = await startService(shared, { env: settings, strangeApps: elsewhere });
    const env = {
      ...service.env,
      PUBLIC_URL: service.base,
      HOST: '127.0.0.1',
      PORT: new URL(service.base).port,
    };
    return new World(service, mariadb, env);
  }

  async close(): Promise<void> {
    await this.undo();
    await this.service.close();
    await this.mariadb.stop();
  }

  /** Puts everything back in order. */
  async undo(): Promise<void> {
    for (const undo of this.undos.splice(0).reverse()) await undo();
  }

  afterwards(undo: () => unknown): void {
    this.undos.push(undo);
  }

  /** Runs statements on our own database server as its administrator. */
  async sql(...statements: string[]): Promise<void> {
    const connection = await createConnection({ uri: this.mariadb.url });
    try {
      for (const statement of statements) await connection.query(statement);
    } finally {
      await connection.end();
    }
  }

  /** The URL of a database on our own server, made with these words after its name. */
  async database(
    words = 'CHARACTER SET utf8mb4',
    user?: { name: string; password: string },
  ): Promise<string> {
    const name = `d${Math.random().toString(36).slice(2, 10)}`;
    await this.sql(`CREATE DATABASE ${name} ${words}`);
    const url = new URL(`${this.mariadb.url}/${name}`);
    if (user) Object.assign(url, { username: user.name, password: user.password });
    return url.href;
  }

  /** A web server for the length of the test; its URL. */
  async serve(answer: RequestListener, certificate?: Certificate): Promise<string> {
    const server: Server = certificate ? createTlsServer(certificate, answer) : createServer(answer);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    this.afterwards(() => new Promise((closed) => server.close(closed)));
    return `${certificate ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** The port of a server that takes connections and never says a word. */
  async silence(): Promise<number> {
    const server = createTcpServer();
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => sockets.add(socket.on('error', () => undefined)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    this.afterwards(() => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise((closed) => server.close(closed));
    });
    return (server.address() as AddressInfo).port;
  }

  /** A file that holds a text. */
  async file(text: string, mode = 0o600): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), 'wxpass-doctor-')), 'file');
    await writeFile(path, text, { mode });
    return path;
  }

  /** What WeChat decided about an app, until the end of the test. */
  async appState(appId: string, state: Record<string, unknown>): Promise<void> {
    const put = (body: Record<string, unknown>) =>
      fetch(`${this.service.simulator.url}/control/app-states`, {
        method: 'PUT',
        body: JSON.stringify({ appId, ...body }),
      });
    await put(state);
    this.afterwards(() => put({ frozen: false, banned: false, ipWhitelist: null, quotas: {} }));
  }

  /** The next calls fail so. */
  async fault(fault: Record<string, unknown>): Promise<Env> {
    await this.service.simulator.fault(fault);
    this.afterwards(() => this.service.simulator.clearFaults());
    return {};
  }
}

/** One configured app instead of all. */
export function onlyApp(app: Partial<SimulatedApp>): Env {
  const { kind, appId, appSecret, pushToken } = { ...appOf('mini-program'), pushToken: undefined, ...app };
  return { WECHAT_APPS: JSON.stringify([{ kind, appId, appSecret, pushToken }]) };
}
