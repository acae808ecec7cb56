import { Redis } from 'ioredis';
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

/** Longer than a request may take, so that whoever waits for the end is found out. */
const longMs = 3500;
const annoyanceMs = 1200;

/** What befalls a dependency, and how it ends. */
export interface Affliction {
  name: string;
  /** Whether nothing that needs it can be done meanwhile. */
  isOutage: boolean;
  lastsMs: number;
  /** Whether a store that keeps nothing on disk has nothing left. */
  empties?: true;
  strike: (dependency: Dependency) => void;
  heal: (dependency: Dependency) => Promise<void>;
}

export const killed: Affliction = {
  name: 'killed',
  isOutage: true,
  lastsMs: 2000,
  empties: true,
  strike: ({ server }) => server.kill('SIGKILL'),
  heal: ({ server }) => server.restart(),
};

export const frozen: Affliction = {
  name: 'frozen',
  isOutage: true,
  lastsMs: longMs,
  strike: ({ server }) => server.kill('SIGSTOP'),
  heal: async ({ server }) => server.kill('SIGCONT'),
};

/** Redis alone: it goes on, and knows nothing any more. */
export const emptied: Affliction = {
  name: 'emptied',
  isOutage: false,
  lastsMs: annoyanceMs,
  empties: true,
  strike: ({ server }) => void empty(server.url),
  heal: () => Promise.resolve(),
};

const onTheWay = (name: string, fault: LinkFault, outageMs?: number): Affliction => ({
  name,
  isOutage: outageMs !== undefined,
  lastsMs: outageMs ?? annoyanceMs,
  strike: ({ link }) => link.strike(fault),
  heal: async ({ link }) => link.heal(),
});

export const afflictions = [
  killed,
  frozen,
  onTheWay('in a black hole', { blackHole: true }, longMs),
  onTheWay('resetting', { reset: true }, killed.lastsMs),
  onTheWay('slow by 100 ms', { latencyMs: 50 }),
  onTheWay('in slices of 7 bytes', { sliceBytes: 7 }),
  onTheWay('cut off after 3000 bytes', { cutAfterBytes: 3000 }),
];

/** Takes all keys of a Redis. */
export async function empty(redisUrl: string): Promise<void> {
  const redis = new Redis(redisUrl);
  await redis.flushall();
  redis.disconnect();
}
