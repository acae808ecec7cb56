import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../config/config.js';
import { ConfigError } from '../config/config-error.js';
import { StartFault } from '../config/start-fault.js';
import { connectDatabase, type Schema } from './data-source.js';
import { namingDatabase } from './naming-database.js';
import { makeMigrationsResumable } from './resumable-migrations.js';

const lockWaitSeconds = 60;
const queryTimeoutMs = 1000;

/**
 * A database at the code's schema: migrates where the configuration says so.
 * @throws ConfigError naming the pending migrations otherwise, StartFault where the database cannot be used
 */
export async function openDatabase(config: DatabaseConfig, schema: Schema): Promise<DataSource> {
  await withMigrationDataSource(config, schema, async (dataSource) => {
    if (config.migrate) await runMigrations(dataSource, config);
    else await requireMigrated(dataSource);
  });
  return namingDatabase(config, () => connectDatabase(config, schema, { queryTimeoutMs }));
}

/**
 * Runs work on a connection without the time limit of queries, and closes it.
 * @throws StartFault where the database cannot be used, and what the work throws
 */
export function withMigrationDataSource<Result>(
  config: DatabaseConfig,
  schema: Schema,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  return namingDatabase(config, () => onMigrationDataSource(config, schema, work));
}

async function onMigrationDataSource<Result>(
  config: DatabaseConfig,
  schema: Schema,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = await connectDatabase({ ...config, poolSize: 3 }, schema);
  if (config.kind === 'mysql') makeMigrationsResumable(dataSource);
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

/** Applies what is pending, one process at a time; the names of what was applied. */
export async function runMigrations(dataSource: DataSource, config: DatabaseConfig): Promise<string[]> {
  return underLock(dataSource, config, async () => {
    const applied = await dataSource.runMigrations();
    return applied.map(({ name }) => name);
  });
}

/** Takes the newest migration back, one process at a time; its name, if there was one. */
export async function revertMigration(dataSource: DataSource, config: DatabaseConfig): Promise<string[]> {
  return underLock(dataSource, config, async () => {
    await requireNoneNewer(dataSource);
    const newest = (await listMigrations(dataSource)).findLast(({ applied }) => applied);
    if (newest) await undoNewest(dataSource);
    return newest ? [newest.name] : [];
  });
}

/**
 * SQLite changes a table by making it anew, and dropping the old one must not take along the rows that refer to it: TypeORM
 * lifts the foreign keys only inside the transaction, where SQLite does not listen.
 */
async function undoNewest(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.beforeMigration();
    await dataSource.undoLastMigration();
  } finally {
    await runner.afterMigration();
    await runner.release();
  }
}

export interface MigrationState {
  name: string;
  applied: boolean;
}

/** Every migration the code has, oldest first. */
export async function listMigrations(dataSource: DataSource): Promise<MigrationState[]> {
  const applied = new Set(await appliedMigrations(dataSource));
  return dataSource.migrations.map((migration) => {
    const name = migration.name ?? migration.constructor.name;
    return { name, applied: applied.has(name) };
  });
}

/** The names of all that the database has, of a newer version of the code too. */
export async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    if (!(await runner.hasTable('migrations'))) return [];
    const rows = (await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[];
    return rows.map(({ name }) => name);
  } finally {
    await runner.release();
  }
}

/** What a newer version of the code has applied, oldest first. */
export async function newerMigrations(dataSource: DataSource): Promise<string[]> {
  const known = new Set((await listMigrations(dataSource)).map(({ name }) => name));
  return (await appliedMigrations(dataSource)).filter((name) => !known.has(name));
}

async function requireNoneNewer(dataSource: DataSource): Promise<void> {
  const newer = await newerMigrations(dataSource);
  if (newer.length === 0) return;
  throw new ConfigError([
    {
      variable: 'DATABASE_URL',
      problem: `names a database that a newer version has migrated (${newer.join(', ')}); only that version can take it back`,
      example: 'migrate revert, by the newer version',
    },
  ]);
}

async function requireMigrated(dataSource: DataSource): Promise<void> {
  const pending = (await listMigrations(dataSource)).filter(({ applied }) => !applied);
  if (pending.length === 0) return;
  throw new ConfigError([
    {
      variable: 'DATABASE_MIGRATE',
      problem: `is off and these migrations are pending: ${pending.map(({ name }) => name).join(', ')}; run npm run migration:run (in the container: node dist/src/migrate.js run)`,
      example: 'true',
    },
  ]);
}

function underLock<Result>(
  dataSource: DataSource,
  config: DatabaseConfig,
  work: () => Promise<Result>,
): Promise<Result> {
  return config.kind === 'sqlite'
    ? underFileLock(config.file, work)
    : underNamedLock(dataSource, config.name, work);
}

/** The server frees the lock when its connection ends, so a killed process holds up nobody. */
async function underNamedLock<Result>(
  dataSource: DataSource,
  database: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const name = `wxpass_migrate_${createHash('sha256').update(database).digest('hex').slice(0, 16)}`;
  const runner = dataSource.createQueryRunner();
  try {
    const rows = (await runner.query('SELECT GET_LOCK(?, ?) AS held', [name, lockWaitSeconds])) as {
      held: unknown;
    }[];
    if (Number(rows[0]?.held) !== 1)
      throw new StartFault(
        'DATABASE_URL',
        `names a database that another process has been migrating for ${lockWaitSeconds} s`,
        'GET_LOCK',
      );
    return await work();
  } finally {
    await runner.query('SELECT RELEASE_LOCK(?)', [name]).catch(() => undefined);
    await runner.release();
  }
}

interface LockDatabase {
  exec(sql: string): void;
  close(): void;
}

/** An exclusive transaction on a file of its own: the system frees it with the process. */
async function underFileLock<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  const Database = createRequire(import.meta.url)('libsql') as new (path: string) => LockDatabase;
  const lock = new Database(`${file}-migrating`);
  try {
    lock.exec(`PRAGMA busy_timeout = ${lockWaitSeconds * 1000}`);
    lock.exec('BEGIN EXCLUSIVE');
    return await work();
  } finally {
    lock.close();
  }
}
