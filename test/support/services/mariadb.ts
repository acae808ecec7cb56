import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, findBinaries } from './binaries.js';
import { firstWords } from './probe.js';
import { ThrowawayServer } from './throwaway-server.js';

const INSTALL_LIMIT_MS = 60_000;

export interface MariadbOptions {
  port?: number;
  /** Further arguments of mariadbd, which win over ours. */
  args?: string[];
}

/** An empty MariaDB whose user may create databases; what it commits survives a SIGKILL and a restart. */
export async function startMariadb({ port, args = [] }: MariadbOptions = {}): Promise<ThrowawayServer> {
  const binaries = await findBinaries();
  const folder = await mkdtemp(join(tmpdir(), 'wxpass-mariadb-'));
  const password = randomBytes(12).toString('hex');
  await createSystemTables(binaries, folder);
  await writeFile(join(folder, 'init.sql'), grants(password), { mode: 0o600 });

  return ThrowawayServer.start(
    {
      name: 'MariaDB',
      folder,
      env: binaries.env,
      command: binaries.paths.mariadbd,
      args: (own) => [...serverArgs(binaries, folder, own), ...args],
      url: (own) => `mysql://wxpass:${password}@127.0.0.1:${own}`,
      answers: async () => (await firstWords({ path: join(folder, 'socket') })) !== '',
    },
    port,
  );
}

async function createSystemTables(binaries: Binaries, folder: string): Promise<void> {
  const tmpdir = join(folder, 'tmp');
  await mkdir(tmpdir);
  const args = [
    ...commonArgs(binaries, folder),
    // Installations that run at once overwrite each other's files in a folder that they share.
    `--tmpdir=${tmpdir}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ];
  const env = { ...process.env, ...binaries.env };
  try {
    await promisify(execFile)(binaries.paths['mariadb-install-db'], args, { env, timeout: INSTALL_LIMIT_MS });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Read by the server at each start, before it answers anyone. */
function grants(password: string): string {
  return [
    `CREATE USER IF NOT EXISTS wxpass@127.0.0.1 IDENTIFIED BY '${password}';`,
    'GRANT ALL PRIVILEGES ON *.* TO wxpass@127.0.0.1 WITH GRANT OPTION;',
  ].join('\n');
}

function serverArgs(binaries: Binaries, folder: string, port: number): string[] {
  return [
    ...commonArgs(binaries, folder),
    ...messages(binaries),
    `--init-file=${join(folder, 'init.sql')}`,
    `--socket=${join(folder, 'socket')}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-log-bin',
    '--skip-name-resolve',
    '--max-connections=500',
    '--innodb-doublewrite=0',
    '--innodb-flush-log-at-trx-commit=2',
    '--innodb-buffer-pool-size=64M',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_unicode_ci',
  ];
}

function commonArgs({ basedir }: Binaries, folder: string): string[] {
  return [
    '--no-defaults',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    `--basedir=${basedir}`,
    `--datadir=${join(folder, 'data')}`,
  ];
}

/** Their place is compiled in and does not follow basedir; its name depends on the release. */
function messages({ basedir }: Binaries): string[] {
  const folders = ['share/mariadb', 'share/mysql'].map((folder) => join(basedir, folder));
  const folder = folders.find((candidate) => existsSync(join(candidate, 'english/errmsg.sys')));
  return folder ? [`--lc-messages-dir=${folder}`] : [];
}
