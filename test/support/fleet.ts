import { createClient } from './client.js';
import { freePort } from './services/probe.js';
import { newFolder, type RunningProcess, startProcess } from './start-process.js';
import { appOf, miniProgram, type RunningSimulator, startSimulator } from './start-simulator.js';

const encryptionKey = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 53 + 17) % 256)).toString(
  'base64',
);

const website = appOf('website');

/** Real processes of the built service, in production's ways, each on a port that it keeps. */
export class Fleet {
  readonly replicas: RunningProcess[] = [];

  private constructor(
    readonly simulator: RunningSimulator,
    private readonly env: Record<string, string>,
    readonly ports: string[],
    private readonly folder = newFolder(),
  ) {}

  /** One replica after the other, so that each start has the machine to itself. */
  static async start(count: number, env: Record<string, string>): Promise<Fleet> {
    return Fleet.prepare(count, env, async (fleet) => {
      for (let place = 0; place < count; place++) await fleet.startReplica(place);
    });
  }

  static async startAtOnce(count: number, env: Record<string, string>): Promise<Fleet> {
    return Fleet.prepare(count, env, async (fleet) => {
      await Promise.all(fleet.ports.map((_, place) => fleet.startReplica(place)));
    });
  }

  private static async prepare(
    count: number,
    env: Record<string, string>,
    start: (fleet: Fleet) => Promise<void>,
  ): Promise<Fleet> {
    const simulator = await startSimulator();
    const ports = await Promise.all(Array.from({ length: count }, async () => String(await freePort())));
    const fleet = new Fleet(simulator, { ...productionEnv(simulator, count), ...env }, ports);
    try {
      await start(fleet);
      return fleet;
    } catch (error) {
      await fleet.close();
      throw error;
    }
  }

  get bases(): string[] {
    return this.ports.map((port) => `http://127.0.0.1:${port}`);
  }

  /** They outlive the processes: whoever listens on the port is asked. */
  get clients() {
    return this.bases.map(createClient);
  }

  /** How long it took to be ready, in milliseconds. */
  async startReplica(place: number): Promise<number> {
    const started = performance.now();
    this.replicas[place] = await startProcess({ ...this.env, PORT: this.ports[place]! }, this.folder);
    return performance.now() - started;
  }

  /** Asks it to stop; its exit code or signal, and how long it took, in milliseconds. */
  async stopReplica(place: number): Promise<{ exit: number | NodeJS.Signals; exitMs: number }> {
    const asked = performance.now();
    this.replicas[place]!.kill('SIGTERM');
    const exit = await this.replicas[place]!.exited;
    return { exit, exitMs: performance.now() - asked };
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.end()));
    await this.simulator.close();
  }
}

function productionEnv({ url }: RunningSimulator, replicas: number): Record<string, string> {
  return {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PUBLIC_URL: 'https://login.example.test',
    ENCRYPTION_KEYS: `k1:${encryptionKey}`,
    WECHAT_MINI_PROGRAM_APP_ID: miniProgram.appId,
    WECHAT_MINI_PROGRAM_APP_SECRET: miniProgram.appSecret,
    WECHAT_WEBSITE_APP_ID: website.appId,
    WECHAT_WEBSITE_APP_SECRET: website.appSecret,
    WECHAT_API_URL: url,
    // A machine that runs other tests beside these may keep the simulator waiting.
    WECHAT_TIMEOUT: '5s',
    API_LIMIT: '1000000/1m',
    LOGIN_LIMIT_IP: '1000000/1m',
    REGISTER_LIMIT: '1000000/1m',
    SCAN_LIMIT: '1000000/1m',
    DATABASE_MIGRATE: 'true',
    REPLICAS: String(replicas),
  };
}
