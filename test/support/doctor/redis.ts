import { Redis } from 'ioredis';
import { startFakeRedis } from '../fake-redis.js';
import { startRedis } from '../services/redis.js';
import type { Provocation } from './provocation.js';
import type { Env, World } from './world.js';

/** A Redis of our own with these arguments, after these commands. */
async function redis(world: World, args: string[], ...commands: string[][]): Promise<Env> {
  const server = await startRedis({ args });
  world.afterwards(() => server.stop());
  const client = new Redis(server.url);
  for (const [command = '', ...rest] of commands) await client.call(command, ...rest);
  client.disconnect();
  return { REDIS_URL: server.url };
}

/** A Redis of our own whose user of the service has these rules. */
async function redisFor(world: World, rules: string): Promise<Env> {
  const { REDIS_URL } = await redis(
    world,
    [],
    ['ACL', 'SETUSER', 'wxpass', 'on', '>plantedPassword', ...rules.split(' ')],
  );
  return { REDIS_URL: REDIS_URL!.replace('//', '//wxpass:plantedPassword@') };
}

async function nearlyFull(world: World): Promise<Env> {
  const { REDIS_URL } = await redis(world, []);
  const client = new Redis(REDIS_URL!);
  const used = Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))![1]);
  await client.config('SET', 'maxmemory', Math.round(used / 0.95));
  client.disconnect();
  return { REDIS_URL: REDIS_URL! };
}

export const redisProvocations: Provocation[] = [
  {
    condition: 'redis-host-unknown',
    how: 'the host nowhere.invalid',
    provoke: () => ({ REDIS_URL: 'redis://:plantedPassword@nowhere.invalid' }),
  },
  {
    condition: 'redis-unreachable',
    how: 'a port on which nothing listens',
    provoke: () => ({ REDIS_URL: 'redis://:plantedPassword@127.0.0.1:1' }),
  },
  {
    condition: 'redis-unreachable',
    how: 'a server that never says a word',
    provoke: async (world) => ({ REDIS_URL: `redis://127.0.0.1:${await world.silence()}` }),
  },
  {
    condition: 'redis-unreachable',
    how: 'sentinels on a port on which nothing listens',
    provoke: () => ({ REDIS_URL: 'redis+sentinel://:plantedPassword@127.0.0.1:1/wxpass-test' }),
  },
  {
    condition: 'redis-login-refused',
    how: 'Redis with requirepass, REDIS_URL without a password',
    provoke: (world) => redis(world, [], ['CONFIG', 'SET', 'requirepass', 'another']),
  },
  {
    condition: 'redis-refuses-commands',
    how: 'Redis whose memory is full (maxmemory 1)',
    provoke: (world) => redis(world, [], ['CONFIG', 'SET', 'maxmemory', '1']),
  },
  {
    condition: 'redis-refuses-commands',
    how: 'Redis whose ACL keeps TIME from the user',
    provoke: (world) => redisFor(world, '~wxpass:* &wxpass:* +@all -time'),
  },
  {
    condition: 'redis-refuses-commands',
    how: 'Redis whose ACL allows the user no channel',
    provoke: (world) => redisFor(world, '~wxpass:* resetchannels +@all'),
  },
  {
    condition: 'redis-info-refused',
    how: 'Redis whose ACL keeps INFO from the user',
    provoke: (world) => redisFor(world, '~wxpass:* &wxpass:* +@all -info'),
  },
  {
    condition: 'redis-version',
    how: 'a server that calls itself Redis 4.0.9 (fake)',
    provoke: async (world) => {
      const fake = await startFakeRedis({ version: '4.0.9' });
      world.afterwards(() => fake.close());
      return { REDIS_URL: fake.url };
    },
  },
  {
    condition: 'redis-evicts',
    how: 'Redis with maxmemory-policy allkeys-lru',
    provoke: (world) => redis(world, ['--maxmemory-policy', 'allkeys-lru']),
  },
  {
    condition: 'redis-memory',
    how: 'Redis that uses 95 % of its maxmemory',
    provoke: nearlyFull,
  },
  {
    condition: 'redis-replica',
    how: 'Redis after REPLICAOF',
    provoke: (world) => redis(world, [], ['REPLICAOF', '127.0.0.1', '1']),
  },
  {
    condition: 'redis-cluster',
    how: 'Redis with cluster-enabled yes',
    provoke: (world) => redis(world, ['--cluster-enabled', 'yes']),
  },
];
