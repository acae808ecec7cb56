import { dirname } from 'node:path';
import type { Config, DatabaseConfig } from '../platform/config/config.js';
import { ConfigError } from '../platform/config/config-error.js';
import { loadDatabaseConfig } from '../platform/config/load-config.js';
import { examineConfiguration, type Environment } from './configuration.js';
import { examineDatabase } from './database.js';
import { skipped, type Finding } from './finding.js';
import { guarded } from './guard.js';
import { examineDataFolder, examineNode, examineSecretFiles } from './host.js';
import { examineKeysFile, fileKids } from './keys.js';
import type { Parts } from './parts.js';
import { examinePublicUrl } from './public-url.js';
import { examineRedis } from './redis.js';
import { examineWechat } from './wechat.js';

/**
 * Looks at everything an installation stands on, side by side, each within its time limit. Nothing is changed, and no
 * finding holds a secret.
 */
export async function diagnose(env: Environment, parts: Parts): Promise<Finding[]> {
  const { config, findings } = examineConfiguration(env);
  const { kids: storedKids, report: database } = beginDatabase(env, config, parts);
  const kids = config?.jwt.keysFile === undefined ? storedKids : fileKids(config);
  const [host = [], ...others] = await Promise.all([
    guarded('host', () => examineHost(env, config)),
    database,
    ...(config ? afterConfiguration(config, kids) : []),
  ]);
  return [...host, ...findings, ...others.flat(), ...(config ? [] : [withoutConfiguration])];
}

function afterConfiguration(config: Config, kids: Promise<string[] | undefined>): Promise<Finding[]>[] {
  return [
    guarded('redis', () => examineRedis(config.redis)),
    guarded('signing-keys-file', () => examineKeysFile(config)),
    guarded('wechat', () => examineWechat(config)),
    guarded('public-url', () => examinePublicUrl(config, kids)),
  ];
}

const withoutConfiguration = skipped(
  'services',
  { zh: 'Redis、密钥、微信应用与 PUBLIC_URL', en: 'Redis, keys, WeChat apps and PUBLIC_URL' },
  { zh: '需要正确的配置', en: 'It needs a good configuration' },
);

/** The database's part of the environment may be good where the rest is not. */
function beginDatabase(env: Environment, config: Config | undefined, parts: Parts) {
  const database = config?.database ?? databaseOf(env);
  const examined = database ? examineDatabase(database, config, parts) : undefined;
  const kids = (examined ?? Promise.resolve(undefined)).then(
    (report) => report?.kids,
    () => undefined,
  );
  const report = guarded('database', async () => (await examined)?.findings ?? []);
  return { kids, report };
}

function databaseOf(env: Environment): DatabaseConfig | undefined {
  try {
    return loadDatabaseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

async function examineHost(env: Environment, config: Config | undefined): Promise<Finding[]> {
  const folder = config && dataFolderOf(config);
  return [
    examineNode(),
    ...(folder ? [await examineDataFolder(folder)] : []),
    ...(await examineSecretFiles(env)),
  ];
}

/** Where the service keeps files; nowhere, with a database server and keys of the operator's. */
function dataFolderOf({ database, encryptionKeys }: Config): string | undefined {
  if (database.kind === 'sqlite') return dirname(database.file);
  return encryptionKeys.length === 0 ? 'data' : undefined;
}
