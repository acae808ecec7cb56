import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { Redis } from 'ioredis';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { Backends } from '../backends.js';

/** What the numbers depend on beside the code. */
export interface Machine {
  commit: string;
  node: string;
  cores: number;
  processor: string;
  /** What else ran in the minute before: more than a little spoils the run. */
  loadAverage: number;
  memoryGiB: number;
  database: string;
  redis: string;
}

export async function describeMachine(
  backends: Pick<Backends, 'databaseUrl' | 'redisUrl'>,
): Promise<Machine> {
  return {
    commit: commit(),
    node: process.version,
    cores: cpus().length,
    processor: cpus()[0]?.model ?? 'unknown',
    loadAverage: loadavg()[0] ?? 0,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    database: await databaseVersion(backends.databaseUrl),
    redis: await redisVersion(backends.redisUrl),
  };
}

/** The commit that is measured, and whether `src` differs from it. */
export function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    return (
      git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src') === '' ? '' : '-changed')
    );
  } catch {
    return 'unknown';
  }
}

export async function databaseVersion(uri: string): Promise<string> {
  const connection = await createConnection({ uri });
  try {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT VERSION() AS version');
    return String(rows[0]?.version);
  } finally {
    await connection.end();
  }
}

async function redisVersion(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    return /redis_version:(\S+)/.exec(await redis.info('server'))?.[1] ?? 'unknown';
  } finally {
    redis.disconnect();
  }
}
