import type { DataSource } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { openDatabase, withMigrationDataSource } from '../../src/platform/database/migrate.js';
import { engineOf } from '../../src/platform/database/statement.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { schema } from '../../src/schema.js';
import { SessionCount } from '../../src/session/session-count.service.js';
import { UserCounts } from '../../src/users/user-counts.service.js';
import { backends, shared, type OpenBackend } from '../support/backends.js';

/** More rows than one bite; a run that measures has millions, on the real server alone. */
const doublings = Number(process.env.COUNT_DOUBLINGS ?? 18);
const rows = 2 ** doublings;
const measured = process.env.COUNT_DOUBLINGS ? [shared] : backends;
const timeoutMs = 1_200_000;
const later = Date.now() + 86_400_000;

describe.each(measured)(`of ${rows} rows on $name`, (backend) => {
  let storage: OpenBackend;
  let dataSource: DataSource;
  beforeAll(async () => {
    storage = await backend.open();
    const config = loadDatabaseConfig({ ...storage.env, DATABASE_MIGRATE: 'true' });
    dataSource = await openDatabase(config, schema);
    await withMigrationDataSource(config, schema, seed);
  }, timeoutMs);
  afterAll(async () => {
    await dataSource?.destroy();
    await storage?.close();
  });

  it('users are counted by status, within the time that a query may take', async () => {
    const counts = new UserCounts(dataSource, new Metrics());
    const counted = await timed('users', () => counts.byStatus());
    expect(counted).toEqual({ active: rows / 2, locked: rows / 4 });
  });

  it('sessions are counted where they stand, however many end in the same millisecond', async () => {
    const sessions = new SessionCount(dataSource, new Metrics());
    expect(await timed('sessions', () => sessions.active())).toBe(rows / 2);
  });
});

/** Of four users two are active, one is locked, one is merged; of four sessions one has ended and one has expired. */
async function seed(dataSource: DataSource): Promise<void> {
  const isSqlite = engineOf(dataSource) === 'sqlite';
  const idOf = (n: string) => (isSqlite ? `SUBSTR('00000000' || (${n}), -8)` : `LPAD(${n}, 8, '0')`);
  const status = (n: string) => `CASE (${n}) % 4 WHEN 0 THEN 'locked' WHEN 1 THEN 'merged' ELSE 'active' END`;
  const columns = 'id, role, status, created_at, last_login_at';
  await dataSource.query(`INSERT INTO users (${columns}) VALUES ('00000000', 'user', 'locked', 0, 0)`);
  for (let there = 1; there < rows; there *= 2) {
    for (const part of partsOf(there)) {
      const n = `created_at + ${there}`;
      await dataSource.query(
        `INSERT INTO users (${columns}) SELECT ${idOf(n)}, 'user', ${status(n)}, ${n}, 0 FROM users WHERE ${part}`,
      );
    }
  }
  // Half of those that stand end in the same millisecond.
  for (const part of partsOf(rows))
    await dataSource.query(
      `INSERT INTO sessions (id, user_id, role, client_id, via, device_type, address, family_hash, refresh_hash,
       rotated_at, created_at, authenticated_at, last_seen_at, max_expires_at, expires_at, ended_at)
     SELECT id, '00000000', 'user', 'w', 'w', 'web', '', '', '', 0, 0, 0, 0, 0,
       CASE created_at % 4 WHEN 0 THEN 1 WHEN 1 THEN ${later} + created_at WHEN 2 THEN ${later} + created_at ELSE ${later} END,
       CASE created_at % 4 WHEN 1 THEN 1 ELSE NULL END
     FROM users WHERE ${part}`,
    );
}

/** Conditions that part so many users into what one statement can insert without a file beside it. */
function partsOf(count: number): string[] {
  const size = 2 ** 17;
  const idAt = (n: number) => `'${String(n).padStart(8, '0')}'`;
  return Array.from(
    { length: Math.ceil(count / size) },
    (_, i) => `id >= ${idAt(i * size)} AND id < ${idAt(Math.min(count, (i + 1) * size))}`,
  );
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now();
  const result = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  if (process.env.COUNT_DOUBLINGS) process.stdout.write(`${what}: ${seconds.toFixed(2)} s\n`);
  return result;
}
