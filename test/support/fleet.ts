import { createClient } from './client.js';
import { productionEnv } from './production-env.js';
import { freePort } from './services/probe.js';
import { newFolder, type RunningProcess, startProcess } from './start-process.js';
import { appOf, type RunningSimulator, startSimulator } from './start-simulator.js';

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
    const fleet = new Fleet(simulator, { ...fleetEnv(simulator, count), ...env }, ports);
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

function fleetEnv(simulator: RunningSimulator, replicas: number): Record<string, string> {
  return {
    ...productionEnv(simulator),
    WECHAT_WEBSITE_APP_ID: website.appId,
    WECHAT_WEBSITE_APP_SECRET: website.appSecret,
    // A machine that runs other tests beside these may keep the simulator waiting.
    WECHAT_TIMEOUT: '5s',
    REGISTER_LIMIT: '1000000/1m',
    SCAN_LIMIT: '1000000/1m',
    DATABASE_MIGRATE: 'true',
    REPLICAS: String(replicas),
  };
}
