import { randomBytes } from 'node:crypto';
import { createConnection } from 'mysql2/promise';

const CONNECT_LIMIT_MS = 5_000;

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A database of its own for one test file on the server that the URL names. */
export async function createDatabase(databaseUrl = process.env.TEST_DATABASE_URL!): Promise<TestDatabase> {
  const name = `wxpass_test_${randomBytes(6).toString('hex')}`;
  const url = new URL(databaseUrl);
  url.pathname = '/';
  await execute(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`).catch(
    (cause) => {
      throw new Error(`${url.username}@${url.host} must be allowed to create databases for the tests`, {
        cause,
      });
    },
  );
  return {
    url: new URL(`/${name}${url.search}`, url).href,
    drop: () => execute(url, `DROP DATABASE IF EXISTS ${name}`),
  };
}

async function execute(url: URL, sql: string): Promise<void> {
  const connection = await createConnection({ uri: url.href, connectTimeout: CONNECT_LIMIT_MS });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
