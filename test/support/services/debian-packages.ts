import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 180_000;

/** By name; `alone` without what they depend on. */
interface Packages {
  packages: string[];
  alone?: true;
}

/** Unpacks Debian packages, and what they need that this machine lacks, into a folder; asks for no root. */
export async function unpackDebianPackages(wanted: Packages, work: string, root: string): Promise<void> {
  const debs = join(work, 'debs');
  await mkdir(debs, { recursive: true });
  await download(wanted, debs).catch(async () => download(wanted, debs, await freshLists(work)));
  for (const deb of await readdir(debs)) await run('dpkg-deb', ['-x', join(debs, deb), root]);
}

async function download(
  { packages, alone }: Packages,
  folder: string,
  options: string[] = [],
): Promise<void> {
  const missing = alone ? packages : await missingPackages(packages, options);
  await aptGet([...options, 'download', ...missing], folder);
}

/** A simulated installation knows the dependencies' names on this release, whatever they are. */
async function missingPackages(names: string[], options: string[]): Promise<string[]> {
  const plan = await aptGet([...options, '--simulate', '--no-install-recommends', 'install', ...names]);
  return [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name!);
}

/** The machine's own lists may be absent or old, and only root may refresh those. */
async function freshLists(work: string): Promise<string[]> {
  const [lists, cache] = [join(work, 'lists'), join(work, 'cache')];
  await Promise.all([lists, cache].map((folder) => mkdir(folder, { recursive: true })));
  const options = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cache}`];
  await aptGet([...options, 'update']);
  return options;
}

async function aptGet(args: string[], cwd?: string): Promise<string> {
  const { stdout } = await run('apt-get', ['-q', '-o', 'Debug::NoLocking=1', ...args], {
    cwd,
    timeout: LIMIT_MS,
    env: { ...process.env, LC_ALL: 'C' },
  });
  return stdout;
}
