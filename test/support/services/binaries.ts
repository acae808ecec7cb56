import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { arch, homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unpackDebianPackages } from './debian-packages.js';

const COMMANDS = ['mariadbd', 'mariadb', 'redis-server', 'redis-cli', 'mariadb-install-db'] as const;
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core', 'redis-server', 'redis-tools'];
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin'];

type Command = (typeof COMMANDS)[number];

export interface Binaries {
  paths: Record<Command, string>;
  /** What lets other processes find and start the same binaries. */
  env: { PATH: string; LD_LIBRARY_PATH?: string };
  /** MariaDB's prefix: an unpacked one does not lie where it was built to lie. */
  basedir: string;
}

let search: Promise<Binaries> | undefined;

/** MariaDB and Redis on PATH, else unpacked into the cache folder; throws with the remedy where neither can be. */
export async function findBinaries(): Promise<Binaries> {
  return (search ??= installedOrUnpacked());
}

async function installedOrUnpacked(): Promise<Binaries> {
  const installed = locate();
  if (installed) return installed;
  try {
    return await unpackOnce(cacheFolder());
  } catch (cause) {
    throw new Error(remedy(cause), { cause });
  }
}

/** Two runs may unpack at once: each does so aside, and the first to finish gives its folder the final name. */
async function unpackOnce(root: string): Promise<Binaries> {
  const cached = locate(root);
  if (cached && (await allStart(cached))) return cached;

  await mkdir(dirname(root), { recursive: true });
  const work = await mkdtemp(`${root}-`);
  try {
    await unpackDebianPackages(PACKAGES, work, join(work, 'root'));
    const unpacked = locate(join(work, 'root'));
    if (!unpacked || !(await allStart(unpacked))) throw new Error('the unpacked binaries do not start');
    const quicker = locate(root);
    if (quicker && (await allStart(quicker))) return quicker;
    await rename(root, join(work, 'broken')).catch(() => undefined);
    await rename(join(work, 'root'), root).catch(() => undefined);
    return locate(root)!;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function locate(root?: string): Binaries | undefined {
  const unpacked = root ? [join(root, 'usr/bin'), join(root, 'usr/sbin')] : [];
  const folders = [...new Set([...unpacked, ...split(process.env.PATH), ...SYSTEM_FOLDERS])];
  const found = COMMANDS.map((command) => [command, which(command, folders)] as const);
  if (found.some(([, path]) => !path)) return undefined;

  const paths = Object.fromEntries(found) as Record<Command, string>;
  const env: Binaries['env'] = { PATH: folders.join(delimiter) };
  if (root)
    env.LD_LIBRARY_PATH = [...libraryFolders(root), ...split(process.env.LD_LIBRARY_PATH)].join(delimiter);
  return { paths, env, basedir: dirname(dirname(realpathSync(paths.mariadbd))) };
}

function split(list = ''): string[] {
  return list.split(delimiter).filter(Boolean);
}

function which(command: string, folders: string[]): string | undefined {
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function libraryFolders(root: string): string[] {
  return ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((folder) => folder.includes('-linux-'));
}

/** A library that is missing shows only when a binary is started. */
async function allStart({ paths, env }: Binaries): Promise<boolean> {
  const servers = [paths.mariadbd, paths.mariadb, paths['redis-server'], paths['redis-cli']];
  const attempts = servers.map((path) =>
    promisify(execFile)(path, ['--version'], { env: { ...process.env, ...env }, timeout: 10_000 }),
  );
  const results = await Promise.allSettled(attempts);
  return results.every(({ status }) => status === 'fulfilled');
}

/** Outside the work tree, so that a fresh clone finds what an earlier one unpacked. */
function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(base, 'wxpass-test-services', `${release()}-${arch()}`);
}

function release(): string {
  if (!existsSync('/etc/os-release')) return process.platform;
  const text = readFileSync('/etc/os-release', 'utf8');
  const value = (key: string) => new RegExp(`^${key}="?([\\w.-]+)`, 'm').exec(text)?.[1] ?? 'unknown';
  return `${value('ID')}-${value('VERSION_ID')}`;
}

function remedy(cause: unknown): string {
  return [
    'The tests need MariaDB and Redis. They are not on PATH and could not be unpacked from Debian packages:',
    `  ${(cause instanceof Error ? cause.message : String(cause)).trim().replaceAll('\n', '\n  ')}`,
    'Install them:      apt-get install --no-install-recommends mariadb-server redis-server',
    'or name your own:  TEST_DATABASE_URL=mysql://user:password@host:3306 TEST_REDIS_URL=redis://host:6379',
  ].join('\n');
}
