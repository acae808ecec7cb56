import { findBinaries } from './binaries.js';
import { startMariadb } from './mariadb.js';
import { startRedis } from './redis.js';

export interface Services {
  /** Names a server and a user who may create databases, but no database. */
  databaseUrl: string;
  redisUrl: string;
  /** What lets other processes start the servers' clients. */
  env: { PATH: string; LD_LIBRARY_PATH?: string };
  stop(): Promise<void>;
}

/** Servers named by TEST_DATABASE_URL and TEST_REDIS_URL are used as they are; throwaway ones stand in for the rest. */
export async function startServices(): Promise<Services> {
  const { TEST_DATABASE_URL, TEST_REDIS_URL, PATH = '' } = process.env;
  const env = TEST_DATABASE_URL && TEST_REDIS_URL ? { PATH } : (await findBinaries()).env;
  const mariadb = TEST_DATABASE_URL ? undefined : await startMariadb();
  const redis = TEST_REDIS_URL ? undefined : await startRedis();
  return {
    databaseUrl: mariadb?.url ?? TEST_DATABASE_URL!,
    redisUrl: redis?.url ?? TEST_REDIS_URL!,
    env,
    stop: async () => {
      await Promise.all([mariadb?.stop(), redis?.stop()]);
    },
  };
}
