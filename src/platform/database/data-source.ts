import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { ConfigError } from '../config/config-error.js';
import type { DatabaseConfig } from '../config/config.js';
import { DatabaseLogger } from './database-logger.js';
import { mysqlAddress } from './mysql-address.js';
import { installMysqlLimits } from './mysql-limits.js';
import { installSqliteGate } from './sqlite-gate.js';
import { traceQueries } from './trace-queries.js';

/** The classes a database is made of; the features own them, so they are handed in. */
export interface Schema {
  entities: (abstract new (...parameters: never[]) => object)[];
  migrations: (new () => MigrationInterface)[];
}

interface Limits {
  /** Milliseconds one query may take; absent for migrations, which may take long. */
  queryTimeoutMs?: number;
}

const connectTimeoutMs = 2000;
const acquireTimeoutMs = 1000;

/** Connects; the caller destroys what it gets. */
export async function connectDatabase(
  config: DatabaseConfig,
  schema: Schema,
  limits: Limits = {},
): Promise<DataSource> {
  const dataSource = new DataSource(
    config.kind === 'sqlite' ? sqliteOptions(config, schema) : await mysqlOptions(config, schema, limits),
  );
  await dataSource.initialize();
  if (config.kind === 'sqlite') installSqliteGate(dataSource);
  else installMysqlLimits(dataSource, acquireTimeoutMs, limits.queryTimeoutMs);
  traceQueries(dataSource);
  return dataSource;
}

function sqliteOptions({ file }: DatabaseConfig & { kind: 'sqlite' }, schema: Schema): DataSourceOptions {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return {
    ...shared(schema),
    type: 'better-sqlite3',
    driver: createRequire(import.meta.url)('libsql') as unknown,
    database: file,
    enableWAL: true,
    prepareDatabase: (database: { pragma(text: string): unknown }) => {
      database.pragma('busy_timeout = 2000');
      database.pragma('synchronous = NORMAL');
      // What is deleted is overwritten, also within pages that go on being used; FAST would leave most of it.
      database.pragma('secure_delete = ON');
    },
  };
}

async function mysqlOptions(
  config: DatabaseConfig & { kind: 'mysql' },
  schema: Schema,
  { queryTimeoutMs }: Limits,
): Promise<DataSourceOptions> {
  return {
    ...shared(schema),
    type: await serverType(config),
    ...mysqlAddress(config),
    username: config.user,
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    poolSize: config.poolSize,
    connectTimeout: connectTimeoutMs,
    // A stack trace captured for each query costs more than it tells.
    trace: false,
    ...(queryTimeoutMs ? { enableQueryTimeout: true, maxQueryExecutionTime: queryTimeoutMs } : {}),
  };
}

function shared({ entities, migrations }: Schema) {
  return {
    entities,
    migrations,
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each' as const,
    synchronize: false,
    logging: false,
    logger: new DatabaseLogger(),
  };
}

/** TypeORM words defaults differently for MariaDB, so it must know which server it speaks to. */
async function serverType(config: DatabaseConfig & { kind: 'mysql' }): Promise<'mariadb' | 'mysql'> {
  const connection = await createConnection({
    ...mysqlAddress(config),
    connectTimeout: connectTimeoutMs,
  });
  try {
    const [rows] = await connection.query<RowDataPacket[]>({
      sql: 'SELECT VERSION() AS version, @@character_set_database AS charset',
      timeout: connectTimeoutMs,
    });
    requireUtf8mb4(String(rows[0]?.charset), config.name);
    return /mariadb/i.test(String(rows[0]?.version)) ? 'mariadb' : 'mysql';
  } finally {
    connection.destroy();
  }
}

/** Nicknames hold emoji, which MySQL's old utf8 refuses or cuts. */
function requireUtf8mb4(charset: string, name: string): void {
  if (charset === 'utf8mb4') return;
  throw new ConfigError([
    {
      variable: 'DATABASE_URL',
      problem: `names a database whose character set is ${charset}: run ALTER DATABASE ${name} CHARACTER SET utf8mb4`,
      example: `CREATE DATABASE ${name} CHARACTER SET utf8mb4`,
    },
  ]);
}
