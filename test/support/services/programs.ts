import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { arch, homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { unpackDebianPackages } from './debian-packages.js';

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/usr/bin'];
const START_LIMIT_MS = 10_000;

/** Programs that tests need together. */
export interface Wanted<Command extends string> {
  /** As people call them. */
  title: string;
  /** Each with the arguments that show whether it starts and is whole; none where its being there will do. */
  commands: Record<Command, string[]>;
  /** The Debian packages that hold them. */
  packages: string[];
  /** They run without what those packages depend on, which is then left where it is. */
  alone?: true;
  /** Beside other programs' in the cache; none for those that had it first. */
  cacheSuffix?: string;
  /** What they need to find the rest of themselves in a folder that they were unpacked into. */
  unpackedEnv?: (root: string) => Record<string, string>;
  /** What a person may do where they cannot be had. */
  remedy: string[];
}

export interface Programs<Command extends string> {
  paths: Record<Command, string>;
  /** What lets other processes find and start the same programs. */
  env: { PATH: string; LD_LIBRARY_PATH?: string };
}

/** Installed ones, else unpacked into the cache folder; throws with the remedy where neither can be. */
export async function findPrograms<Command extends string>(
  wanted: Wanted<Command>,
): Promise<Programs<Command>> {
  const installed = await locate(wanted);
  if (installed) return installed;
  try {
    return await unpackOnce(wanted, cacheFolder(wanted.cacheSuffix));
  } catch (cause) {
    throw new Error(remedy(wanted, cause), { cause });
  }
}

/** Two runs may unpack at once: each does so aside, and the first to finish gives its folder the final name. */
async function unpackOnce<Command extends string>(
  wanted: Wanted<Command>,
  root: string,
): Promise<Programs<Command>> {
  const cached = await locate(wanted, root);
  if (cached) return cached;

  await mkdir(dirname(root), { recursive: true });
  const work = await mkdtemp(`${root}-`);
  try {
    await unpackDebianPackages(wanted, work, join(work, 'root'));
    if (!(await locate(wanted, join(work, 'root')))) throw new Error('the unpacked programs do not start');
    const quicker = await locate(wanted, root);
    if (quicker) return quicker;
    await rename(root, join(work, 'broken')).catch(() => undefined);
    await rename(join(work, 'root'), root).catch(() => undefined);
    return (await locate(wanted, root))!;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Those unpacked below the root, where there is one, beside those that are installed. */
async function locate<Command extends string>(
  { commands, unpackedEnv }: Wanted<Command>,
  root?: string,
): Promise<Programs<Command> | undefined> {
  const unpacked = root ? [join(root, 'usr/bin'), join(root, 'usr/sbin')] : [];
  const folders = [...new Set([...unpacked, ...split(process.env.PATH), ...SYSTEM_FOLDERS])];
  const env = {
    PATH: folders.join(delimiter),
    ...(root && { LD_LIBRARY_PATH: libraryPath(root), ...unpackedEnv?.(root) }),
  };
  const found = await Promise.all(
    Object.entries<string[]>(commands).map(
      async ([command, args]) => [command, await firstThatStarts(command, args, folders, env)] as const,
    ),
  );
  if (found.some(([, path]) => !path)) return undefined;
  return { paths: Object.fromEntries(found) as Record<Command, string>, env };
}

/** A library that is missing shows only when a program is started. */
async function firstThatStarts(command: string, args: string[], folders: string[], env: object) {
  for (const path of folders.map((folder) => join(folder, command)).filter(isExecutable)) {
    if (args.length === 0) return path;
    const options = { env: { ...process.env, ...env }, timeout: START_LIMIT_MS };
    const starts = promisify(execFile)(path, args, options).then(
      () => true,
      () => false,
    );
    if (await starts) return path;
  }
  return undefined;
}

function split(list = ''): string[] {
  return list.split(delimiter).filter(Boolean);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function libraryPath(root: string): string {
  const own = ['usr/lib', 'lib']
    .map((folder) => join(root, folder))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((folder) => folder.includes('-linux-'));
  return [...own, ...split(process.env.LD_LIBRARY_PATH)].join(delimiter);
}

/** Outside the work tree, so that a fresh clone finds what an earlier one unpacked. */
function cacheFolder(suffix?: string): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const name = [release(), arch(), ...(suffix ? [suffix] : [])].join('-');
  return join(base, 'wxpass-test-services', name);
}

function release(): string {
  if (!existsSync('/etc/os-release')) return process.platform;
  const text = readFileSync('/etc/os-release', 'utf8');
  const value = (key: string) => new RegExp(`^${key}="?([\\w.-]+)`, 'm').exec(text)?.[1] ?? 'unknown';
  return `${value('ID')}-${value('VERSION_ID')}`;
}

function remedy({ title, remedy }: Wanted<string>, cause: unknown): string {
  return [
    `The tests need ${title}, installed or unpacked from Debian packages, and could have neither:`,
    `  ${(cause instanceof Error ? cause.message : String(cause)).trim().replaceAll('\n', '\n  ')}`,
    ...remedy,
  ].join('\n');
}
