import { existsSync } from 'node:fs';
import { ConfigError } from '../platform/config/config-error.js';
import { ownVersion } from '../platform/config/own-version.js';
import { loadDatabaseConfig } from '../platform/config/load-config.js';
import { variables } from '../platform/config/variables.js';
import type { Variable } from '../platform/config/variable.js';
import { connectDatabase } from '../platform/database/data-source.js';
import { listMigrations, type MigrationState } from '../platform/database/migrate.js';
import { describeError } from '../platform/observability/describe-error.js';
import type { Environment } from './configuration.js';
import { diagnose } from './diagnose.js';
import { logWithoutSecrets } from './log-line.js';
import { lastLines } from './last-lines.js';
import type { Parts } from './parts.js';
import { reportOf, type Report } from './report.js';
import { secretTexts } from './secret-texts.js';
import { tableSizes, type TableSize } from './table-sizes.js';
import { withoutSecrets } from './without-secrets.js';

const queryTimeoutMs = 10_000;

/** What helps others to understand an installation. */
export interface SupportBundle {
  madeAt: string;
  versions: { wxpass: string; node: string; platform: string; arch: string };
  /** What is set, of the variables that the service reads. */
  configuration: Record<string, string>;
  doctor: Report;
  database: { kind: string; migrations: MigrationState[]; tables: TableSize[] } | { unavailable: string };
  /** The last lines, where a file was named. */
  log: string[] | { unavailable: string };
}

/**
 * Collects it, with every secret blanked.
 * @param logFile the service logs to stdout, so only the operator knows a file; `-` is what comes by stdin
 */
export async function collectBundle(
  env: Environment,
  parts: Parts,
  logFile: string | undefined,
): Promise<SupportBundle> {
  const secrets = secretTexts(env);
  const [findings, database, log] = await Promise.all([
    diagnose(env, parts),
    describeDatabase(env, parts),
    describeLog(logFile, secrets),
  ]);
  const bundle: Omit<SupportBundle, 'log'> = {
    madeAt: new Date().toISOString(),
    versions: {
      wxpass: ownVersion,
      node: process.versions.node,
      platform: process.platform,
      arch: process.arch,
    },
    configuration: describeConfiguration(env),
    doctor: reportOf(findings, 'en'),
    database,
  };
  return { ...withoutSecrets(bundle, secrets), log };
}

/** A secret is only said to be set, and nothing beyond our own variables is looked at. */
function describeConfiguration(env: Environment): Record<string, string> {
  const set = Object.entries(variables as Record<string, Variable>).flatMap(([name, { secret }]) => {
    const file = secret ? env[`${name}_FILE`] : undefined;
    return [
      ...(env[name] ? [[name, secret ? '[set, secret]' : env[name]] as const] : []),
      ...(file ? [[`${name}_FILE`, file] as const] : []),
    ];
  });
  return Object.fromEntries(set);
}

async function describeDatabase(env: Environment, { schema }: Parts): Promise<SupportBundle['database']> {
  try {
    const config = loadDatabaseConfig(env);
    if (config.kind === 'sqlite' && !existsSync(config.file)) return { unavailable: 'there is no file yet' };
    const dataSource = await connectDatabase({ ...config, poolSize: 2 }, schema, { queryTimeoutMs });
    try {
      const migrations = await listMigrations(dataSource);
      return { kind: dataSource.options.type, migrations, tables: await tableSizes(dataSource) };
    } finally {
      await dataSource.destroy();
    }
  } catch (error) {
    return { unavailable: error instanceof ConfigError ? 'configuration' : reasonOf(error) };
  }
}

async function describeLog(
  file: string | undefined,
  secrets: readonly string[],
): Promise<SupportBundle['log']> {
  if (file === undefined)
    return {
      unavailable: 'no file is known: the service logs to stdout; name one by --log, or pipe it to --log -',
    };
  try {
    const lines = await lastLines(file);
    return lines ? logWithoutSecrets(lines, secrets) : { unavailable: 'not a file' };
  } catch (error) {
    return { unavailable: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  const { reason, type } = describeError(error);
  return reason ?? type;
}
