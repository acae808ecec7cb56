import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binaries, findBinaries } from './binaries.js';
import { firstWords } from './probe.js';
import { type Recipe, ThrowawayServer } from './throwaway-server.js';

const DATABASES = 16;

export interface RedisOptions {
  port?: number;
  /** Further arguments of redis-server, for example `['--appendonly', 'yes']`. */
  args?: string[];
}

/** An empty Redis that keeps nothing on disk: a restart empties it. */
export async function startRedis({ port, args = [] }: RedisOptions = {}): Promise<ThrowawayServer> {
  const binaries = await findBinaries();
  const folder = await newFolder();
  const memoryOnly = ['--save', '', '--appendonly', 'no', '--databases', String(DATABASES)];
  const recipe = recipeFor('Redis', binaries, folder, [...memoryOnly, ...args]);
  return ThrowawayServer.start({ ...recipe, url: (own) => `redis://127.0.0.1:${own}` }, port);
}

/** One sentinel, enough for its quorum of one, that knows the given master as 'wxpass-test'. */
export async function startSentinel(
  masterPort: number,
  { port }: { port?: number } = {},
): Promise<ThrowawayServer> {
  const binaries = await findBinaries();
  const folder = await newFolder();
  const file = join(folder, 'sentinel.conf');
  await writeFile(file, sentinelConfiguration(masterPort));
  const recipe = recipeFor('Sentinel', binaries, folder, [file, '--sentinel']);
  return ThrowawayServer.start(
    { ...recipe, url: (own) => `redis+sentinel://127.0.0.1:${own}/wxpass-test` },
    port,
  );
}

/**
 * A Redis database for this Jest worker alone, so that test files running at once see no keys of each other.
 * There are 16 of them, and all share the channels of publish and subscribe.
 */
export function redisUrlForWorker(redisUrl = process.env.TEST_REDIS_URL!): string {
  const url = new URL(redisUrl);
  url.pathname = `/${(Number(process.env.JEST_WORKER_ID ?? 1) - 1) % DATABASES}`;
  return url.href;
}

function recipeFor(
  name: string,
  { paths, env }: Binaries,
  folder: string,
  args: string[],
): Omit<Recipe, 'url'> {
  return {
    name,
    folder,
    env,
    command: paths['redis-server'],
    args: (port) => [...args, '--port', String(port), '--bind', '127.0.0.1'],
    answers: async (port, pid) =>
      (await firstWords({ host: '127.0.0.1', port }, 'INFO server\r\n')).includes(`process_id:${pid}\r`),
  };
}

function sentinelConfiguration(masterPort: number): string {
  return [
    `sentinel monitor wxpass-test 127.0.0.1 ${masterPort} 1`,
    'sentinel down-after-milliseconds wxpass-test 500',
    'sentinel failover-timeout wxpass-test 2000',
  ].join('\n');
}

async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'wxpass-redis-'));
}
