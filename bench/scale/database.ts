import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createDatabase, type TestDatabase } from '../../test/support/services/database.js';
import { startMariadb } from '../../test/support/services/mariadb.js';
import type { Options } from './options.js';

/** Data, indexes, the log, and the sorting while indexes are built. */
const diskBytesPerRow = 1500;
/** The same of a user with identity and session. */
const diskBytesPerUser = 5000;

export interface ScaleServer {
  createDatabase(): Promise<TestDatabase>;
  stop(): Promise<void>;
}

/** The server that TEST_DATABASE_URL names, else a throwaway MariaDB in the temporary folder. */
export async function startServer({ rows, users, bufferPoolMiB }: Options): Promise<ScaleServer> {
  const named = process.env.TEST_DATABASE_URL;
  if (!named) await requireDisk(rows * diskBytesPerRow + users * diskBytesPerUser);
  const server = named ? undefined : await startMariadb({ args: serverArgs(bufferPoolMiB) });
  return {
    createDatabase: () => createDatabase(server?.url ?? named),
    stop: async () => {
      await server?.stop();
    },
  };
}

/** As durable as in production, with room to load much at once. */
function serverArgs(bufferPoolMiB: number): string[] {
  return [
    `--innodb-buffer-pool-size=${bufferPoolMiB}M`,
    '--innodb-log-file-size=1G',
    '--innodb-sort-buffer-size=64M',
    '--innodb-flush-log-at-trx-commit=1',
    '--innodb-file-per-table=1',
  ];
}

async function requireDisk(bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  const [needed, free] = [bytes, bavail * bsize].map((size) => `${(size / 2 ** 30).toFixed(1)} GiB`);
  if (bavail * bsize < bytes) throw new Error(`${tmpdir()} needs ${needed} free and has ${free}`);
}
