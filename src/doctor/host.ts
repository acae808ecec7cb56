import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { variables } from '../platform/config/variables.js';
import type { Variable } from '../platform/config/variable.js';
import { found } from './conditions.js';
import type { Environment } from './configuration.js';
import { good, type Finding } from './finding.js';

/** The least minor version of each line of Node; later lines are fine. As package.json's engines say. */
const leastMinor: Record<number, number> = { 20: 19, 22: 13, 24: 11 };
const newestLine = 24;

const mebibyte = 1024 * 1024;
const fullBelowMebibytes = 32;
const nearlyFullBelowMebibytes = 512;

/** Docker and Kubernetes mount the secrets of a container here, and nobody else lives in it. */
const secretsOfContainer = '/run/secrets/';

export function examineNode(version: string = process.versions.node): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const least = leastMinor[major] ?? (major > newestLine ? 0 : Infinity);
  return minor >= least
    ? good('node', { zh: `Node ${version} 受支持`, en: `Node ${version} is supported` })
    : found('node-version', { version });
}

type FreeBytes = (folder: string) => Promise<number>;

/** The folder in which the service keeps files: whether it can write there, and how much room there is. */
export async function examineDataFolder(
  folder: string,
  freeBytes: FreeBytes = freeBytesOf,
): Promise<Finding> {
  const existing = await nearestExisting(resolve(folder));
  const refusal = await access(existing, constants.W_OK | constants.X_OK).then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error.code ?? error.name,
  );
  if (refusal) return found('data-folder-not-writable', { folder, reason: refusal });
  const free = Math.floor((await freeBytes(existing)) / mebibyte);
  if (free < fullBelowMebibytes) return found('disk-full', { folder, free });
  if (free < nearlyFullBelowMebibytes) return found('disk-nearly-full', { folder, free });
  return good('data-folder', {
    zh: `文件夹 ${folder} 可写，剩余 ${free} MiB`,
    en: `The folder ${folder} can be written and has ${free} MiB left`,
  });
}

/** Files that hold secrets and that others on this machine may read. */
export async function examineSecretFiles(env: Environment): Promise<Finding[]> {
  const named = Object.entries(variables as Record<string, Variable>).flatMap(([name, { secret }]) => {
    const file = env[`${name}_FILE`];
    return secret && file ? [{ variable: `${name}_FILE`, file }] : [];
  });
  const findings = await Promise.all(
    named.map(async ({ variable, file }) => {
      const mode = await modeOpenToAll(file);
      return mode ? [found('secret-file-open', { variable, file, mode })] : [];
    }),
  );
  return findings.flat();
}

type ModeOf = (file: string) => Promise<number>;

/** The rights, such as 644, of a file that anybody may read; undefined where not, or where there is no file. */
export async function modeOpenToAll(file: string, modeOf: ModeOf = modeOfFile): Promise<string | undefined> {
  if (resolve(file).startsWith(secretsOfContainer)) return undefined;
  const mode = await modeOf(file);
  return mode & 0o004 ? mode.toString(8) : undefined;
}

function modeOfFile(file: string): Promise<number> {
  return stat(file).then(
    ({ mode }) => mode & 0o777,
    () => 0,
  );
}

/** The service makes the folders that are missing. */
async function nearestExisting(folder: string): Promise<string> {
  const exists = await stat(folder).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  return exists || folder === dirname(folder) ? folder : nearestExisting(dirname(folder));
}

async function freeBytesOf(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
