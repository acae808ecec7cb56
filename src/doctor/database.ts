import { existsSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import type { Config, DatabaseConfig } from '../platform/config/config.js';
import type { SealedColumn } from '../platform/crypto/sealed-column.js';
import { connectDatabase } from '../platform/database/data-source.js';
import { found } from './conditions.js';
import { examineServer } from './database-server.js';
import { good, skipped, type Finding, type Words } from './finding.js';
import { guarded } from './guard.js';
import { examineSealedColumns, examineSigningKeys, signingKids } from './keys.js';
import { networkFault } from './network-fault.js';
import type { Parts } from './parts.js';
import { examineMigrations } from './schema-state.js';
import { examineAddresses, examineUnionids } from './stored-data.js';

const queryTimeoutMs = 10_000;

export interface DatabaseReport {
  findings: Finding[];
  /** The signing keys of this installation; undefined where they are not known. */
  kids?: string[] | undefined;
}

/**
 * The database, and what can only be told from what lies in it. Nothing is made or changed.
 * @param config absent where the environment has faults: the database's own part is good
 */
export async function examineDatabase(
  database: DatabaseConfig,
  config: Config | undefined,
  parts: Parts,
): Promise<DatabaseReport> {
  if (database.kind === 'sqlite' && !existsSync(database.file)) return notYetMade(database.file);
  const server = database.kind === 'mysql' ? await examineServer(database, config?.replicas ?? 1) : embedded;
  if (!server.isUsable) return { findings: [...server.findings, ...withoutDatabase()] };
  try {
    const content = await examineContent(database, config, parts);
    return { ...content, findings: [...server.findings, ...content.findings] };
  } catch (error) {
    return { findings: [...server.findings, explainFailure(error, database), ...withoutDatabase()] };
  }
}

/** There is no server to ask. */
const embedded = { findings: [], isUsable: true };

async function examineContent(
  database: DatabaseConfig,
  config: Config | undefined,
  { schema, sealedColumns }: Parts,
): Promise<DatabaseReport> {
  const dataSource = await connectDatabase({ ...database, poolSize: 2 }, schema, { queryTimeoutMs });
  try {
    const { findings, isCurrent } = await examineMigrations(dataSource, database);
    const opened = database.kind === 'sqlite' ? [embeddedAnswers(database.file)] : [];
    if (!isCurrent) return { findings: [...opened, ...findings, ...without(dependents, needsSchema)] };
    if (!config) return { findings: [...opened, ...findings, ...without(dependents, needsConfiguration)] };
    const data = await examineData(dataSource, config, sealedColumns);
    const kids = await signingKids(dataSource, config).catch(() => undefined);
    return { findings: [...opened, ...findings, ...data], kids };
  } finally {
    await dataSource.destroy();
  }
}

/** One that takes too long on large tables does not take the others along. */
async function examineData(
  dataSource: DataSource,
  config: Config,
  sealedColumns: SealedColumn[],
): Promise<Finding[]> {
  const groups = await Promise.all([
    guarded('sealed-columns', () => examineSealedColumns(dataSource, config, sealedColumns)),
    guarded('signing-keys', () => examineSigningKeys(dataSource, config)),
    guarded('unionid', () => examineUnionids(dataSource, config)),
    guarded('addresses', () => examineAddresses(dataSource, config)),
  ]);
  return groups.flat();
}

function embeddedAnswers(file: string): Finding {
  return good('database', {
    zh: `内嵌数据库 ${file} 可以打开`,
    en: `The embedded database ${file} opens`,
  });
}

function explainFailure(error: unknown, database: DatabaseConfig): Finding {
  const { code } = networkFault(error);
  return database.kind === 'sqlite'
    ? found('database-file-broken', { file: database.file, code })
    : found('database-failed', { code });
}

/** What can only be told from what lies in the database. */
const dependents: Record<string, Words> = {
  'sealed-columns': { zh: '加密数据能否打开', en: 'Whether sealed data open' },
  'signing-keys': { zh: '签名密钥能否使用', en: 'Whether the signing keys can be used' },
  unionid: { zh: '应用是否绑定开放平台', en: 'Whether the apps are bound to an open platform' },
  addresses: { zh: '来访地址是否真实', en: 'Whether the addresses of callers are true' },
};

function notYetMade(file: string): DatabaseReport {
  const made = good('database', {
    zh: `内嵌数据库 ${file} 尚不存在，第一次启动时创建`,
    en: `The embedded database ${file} is not there yet; the first start makes it`,
  });
  const reason = { zh: '还没有数据库', en: 'There is no database yet' };
  return { findings: [made, ...without(dependents, reason)] };
}

function withoutDatabase(): Finding[] {
  const migrations = { zh: '迁移是否已执行', en: 'Whether migrations are pending' };
  return without({ migrations, ...dependents }, { zh: '需要可用的数据库', en: 'It needs the database' });
}

const needsSchema = { zh: '需要先执行迁移', en: 'It needs the migrations to be applied' };
const needsConfiguration = { zh: '需要正确的配置', en: 'It needs a good configuration' };

function without(checks: Record<string, Words>, reason: Words): Finding[] {
  return Object.entries(checks).map(([id, title]) => skipped(id, title, reason));
}
