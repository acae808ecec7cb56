import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase } from './services/database.js';
import { redisUrlForWorker } from './services/redis.js';

/** What a service under test is told about its storage, and how that is taken away again. */
export interface OpenBackend {
  env: Record<string, string>;
  close(): Promise<void>;
}

export interface Backend {
  name: string;
  open(): Promise<OpenBackend>;
}

/** The default: an embedded database file, the store in memory. */
export const embedded: Backend = {
  name: 'embedded',
  async open() {
    const folder = await mkdtemp(join(tmpdir(), 'wxpass-test-'));
    return {
      env: { DATABASE_URL: `sqlite:${join(folder, 'wxpass.db')}` },
      close: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

/** What many replicas share: a database of its own on the real server, and this worker's Redis. */
export const shared: Backend = {
  name: 'MariaDB/MySQL and Redis',
  async open() {
    const database = await createDatabase();
    return {
      env: { DATABASE_URL: database.url, DATABASE_MIGRATE: 'true', REDIS_URL: redisUrlForWorker() },
      close: () => database.drop(),
    };
  },
};

export const backends = [embedded, shared];
