import { FaultProxy, type LinkFault } from '../fault-proxy.js';
import { createDatabase } from '../services/database.js';
import { startMariadb } from '../services/mariadb.js';
import { startRedis } from '../services/redis.js';
import type { ThrowawayServer } from '../services/throwaway-server.js';

/** A server of this test alone, and the way by which the service reaches it. */
export interface Dependency {
  server: ThrowawayServer;
  link: FaultProxy;
}

/** MariaDB and Redis that nobody else uses, so that nobody else suffers. */
export class Dependencies {
  private constructor(
    readonly mysql: Dependency,
    readonly redis: Dependency,
    /** Past the faults of the network. */
    readonly databaseUrl: string,
  ) {}

  static async start(): Promise<Dependencies> {
    const [mariadb, redis] = await Promise.all([startMariadb(), startRedis()]);
    const { url } = await createDatabase(mariadb.url);
    return new Dependencies(await reach(mariadb), await reach(redis), url);
  }

  get env() {
    return {
      DATABASE_URL: this.mysql.link.through(this.databaseUrl),
      REDIS_URL: this.redis.link.through(this.redis.server.url),
    };
  }

  async stop(): Promise<void> {
    for (const { server, link } of [this.mysql, this.redis]) {
      await link.close();
      await server.stop();
    }
  }
}

async function reach(server: ThrowawayServer): Promise<Dependency> {
  return { server, link: await FaultProxy.start(server.port) };
}

/** What befalls a dependency, and how it ends. */
export interface Affliction {
  name: string;
  /** Whether nothing that needs it can be done meanwhile. */
  isOutage: boolean;
  strike: (dependency: Dependency) => void;
  heal: (dependency: Dependency) => Promise<void>;
}

export const killed: Affliction = {
  name: 'killed',
  isOutage: true,
  strike: ({ server }) => server.kill('SIGKILL'),
  heal: ({ server }) => server.restart(),
};

export const frozen: Affliction = {
  name: 'frozen',
  isOutage: true,
  strike: ({ server }) => server.kill('SIGSTOP'),
  heal: async ({ server }) => server.kill('SIGCONT'),
};

const onTheWay = (name: string, fault: LinkFault, isOutage = false): Affliction => ({
  name,
  isOutage,
  strike: ({ link }) => link.strike(fault),
  heal: async ({ link }) => link.heal(),
});

export const afflictions = [
  killed,
  frozen,
  onTheWay('in a black hole', { blackHole: true }, true),
  onTheWay('resetting', { reset: true }, true),
  onTheWay('slow by 100 ms', { latencyMs: 50 }),
  onTheWay('in slices of 7 bytes', { sliceBytes: 7 }),
  onTheWay('cut off after 3000 bytes', { cutAfterBytes: 3000 }),
];
