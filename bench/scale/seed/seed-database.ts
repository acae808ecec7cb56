import { createConnection } from 'mysql2/promise';
import { loadDatabaseConfig } from '../../../src/platform/config/load-config.js';
import { openDatabase } from '../../../src/platform/database/migrate.js';
import { schema } from '../../../src/schema.js';
import { loadTable } from '../load-table.js';
import { auditLogSeed, type Span } from './audit-log.js';
import { userSeeds } from './users.js';

/** How long parts of it took, in seconds. */
export interface SeedTimes {
  whole: number;
  /** As long as the migration that counts the logins of an earlier release. */
  loginCounts: number;
}

/** Fills an empty database: all tables, then what is counted of them. */
export async function seedDatabase(url: string, rows: number, span: Span): Promise<SeedTimes> {
  const startedAt = performance.now();
  const config = loadDatabaseConfig({ NODE_ENV: 'test', DATABASE_URL: url, DATABASE_MIGRATE: 'true' });
  await (await openDatabase(config, schema)).destroy();
  for (const seed of [...userSeeds(span.people), auditLogSeed(rows, span)]) await loadTable(url, seed);
  const countedFrom = performance.now();
  await countLogins(url);
  const endedAt = performance.now();
  return { whole: (endedAt - startedAt) / 1000, loginCounts: (endedAt - countedFrom) / 1000 };
}

async function countLogins(uri: string): Promise<void> {
  const connection = await createConnection({ uri });
  try {
    await connection.query(
      `INSERT INTO login_counts (hour, app_id, outcome, count)
       SELECT l.hour, l.app_id, l.outcome, COUNT(*) FROM (
         SELECT at - at % 3600000 AS hour, COALESCE(app_id, '') AS app_id, outcome FROM audit_log WHERE event = 'login'
       ) l GROUP BY l.hour, l.app_id, l.outcome`,
    );
  } finally {
    await connection.end();
  }
}
