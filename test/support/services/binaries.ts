import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { findPrograms, type Programs } from './programs.js';

const version = ['--version'];
const wanted = {
  title: 'MariaDB and Redis',
  commands: {
    mariadbd: version,
    mariadb: version,
    'redis-server': version,
    'redis-cli': version,
    'mariadb-install-db': [],
  },
  packages: ['mariadb-server-core', 'mariadb-client-core', 'redis-server', 'redis-tools'],
  remedy: [
    'Install them:      apt-get install --no-install-recommends mariadb-server redis-server',
    'or name your own:  TEST_DATABASE_URL=mysql://user:password@host:3306 TEST_REDIS_URL=redis://host:6379',
  ],
};

export interface Binaries extends Programs<keyof typeof wanted.commands> {
  /** MariaDB's prefix: an unpacked one does not lie where it was built to lie. */
  basedir: string;
}

let search: Promise<Binaries> | undefined;

/** MariaDB and Redis on PATH, else unpacked into the cache folder; throws with the remedy where neither can be. */
export async function findBinaries(): Promise<Binaries> {
  return (search ??= withPrefix());
}

async function withPrefix(): Promise<Binaries> {
  const programs = await findPrograms(wanted);
  return { ...programs, basedir: dirname(dirname(realpathSync(programs.paths.mariadbd))) };
}
