import { setTimeout as sleep } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { loadDatabaseConfig } from '../../src/platform/config/load-config.js';
import { runMigrations, withMigrationDataSource } from '../../src/platform/database/migrate.js';
import { schema } from '../../src/schema.js';
import { shared, type OpenBackend } from '../support/backends.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { Ledger, unharmed } from '../support/faults/ledger.js';
import { People } from '../support/faults/people.js';
import { Requests } from '../support/faults/requests.js';
import { Fleet } from '../support/fleet.js';
import { type RunningProcess, runScript, spawnScript } from '../support/start-process.js';

const patienceMs = 20_000;

/** What a next version may do to the schema that this version's code must bear. */
class NextVersion2000000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const table of ['users', 'wechat_identities', 'sessions', 'audit_log', 'signing_keys'])
      await runner.query(`ALTER TABLE ${table} ADD of_next_version varchar(32) NOT NULL DEFAULT 'new'`);
    await runner.query('CREATE INDEX sessions_of_next_version ON sessions (of_next_version, created_at)');
    await runner.query('CREATE TABLE of_next_version (id varchar(36) PRIMARY KEY)');
  }

  async down(): Promise<void> {}
}

describe('a database whose schema changes', () => {
  let storage: OpenBackend;
  let databaseUrl: string;
  let fleet: Fleet | undefined;
  beforeEach(async () => {
    storage = await shared.open();
    databaseUrl = storage.env.DATABASE_URL!;
  });
  afterEach(async () => {
    await fleet?.close();
    fleet = undefined;
    await storage.close();
  });

  const config = () => loadDatabaseConfig({ DATABASE_URL: databaseUrl });
  const migrate = (command: string) => runScript('migrate.js', [command], { DATABASE_URL: databaseUrl });
  const statementsToEntities = () =>
    withMigrationDataSource(config(), schema, async (dataSource) => {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      return upQueries.map(({ query }) => query);
    });
  /** People use the fleet for a moment. */
  const usedBy = async ({ clients, simulator }: Fleet) => {
    const [ledger, requests] = [new Ledger(), new Requests()];
    const people = new People({ clients, simulator, ledger, requests }, 4);
    await sleep(1000);
    await people.stop();
    return {
      failures: requests.failures,
      made: requests.tally().requests,
      damage: await ledger.check(clients),
    };
  };

  it('is migrated once by two replicas that start at the same time', async () => {
    fleet = await Fleet.startAtOnce(2, storage.env);
    expect(await withMigrationDataSource(config(), schema, (dataSource) => applied(dataSource))).toEqual(
      schema.migrations.map(({ name }) => name),
    );
    expect(await usedBy(fleet)).toMatchObject({ failures: [], damage: unharmed });
  }, 60_000);

  it('is finished by the next start where the process that migrated was killed, again and again', async () => {
    const link = await FaultProxy.start(Number(new URL(databaseUrl).port));
    link.strike({ latencyMs: 8 });
    const env = { DATABASE_URL: link.through(databaseUrl) };
    try {
      for (let killed = 0; killed < 4; killed++) {
        const before = await changes();
        const migrating = await spawnScript('migrate.js', ['run'], env);
        await untilUnlessEnded(migrating, async () => (await changes()) > before + killed);
        migrating.kill('SIGKILL');
        expect(await migrating.exited).toBe('SIGKILL');
      }
    } finally {
      await link.close();
    }
    expect(await statementsToEntities()).not.toEqual([]);
    expect(await migrate('run')).toMatchObject({ exit: 0, output: expect.stringContaining('applied: ') });
    expect(await statementsToEntities()).toEqual([]);
  }, 60_000);

  it('may be one version ahead of the code that serves', async () => {
    const next = { ...schema, migrations: [...schema.migrations, NextVersion2000000000000] };
    await withMigrationDataSource(config(), next, (dataSource) => runMigrations(dataSource, config()));
    for (const DATABASE_MIGRATE of ['true', 'false']) {
      fleet = await Fleet.start(1, { ...storage.env, DATABASE_MIGRATE });
      const { failures, made, damage } = await usedBy(fleet);
      expect([failures, damage]).toEqual([[], unharmed]);
      expect(made).toBeGreaterThan(10);
      await fleet.close();
    }
    fleet = undefined;
  }, 60_000);

  it('that is ahead is not taken back by a version that does not know how', async () => {
    const next = { ...schema, migrations: [...schema.migrations, NextVersion2000000000000] };
    await withMigrationDataSource(config(), next, (dataSource) => runMigrations(dataSource, config()));
    expect(await migrate('show')).toMatchObject({
      exit: 0,
      output: expect.stringContaining('[x] NextVersion2000000000000 (of a newer version)'),
    });
    const { exit, output } = await migrate('revert');
    expect(exit).toBe(78);
    expect(output).toContain('NextVersion2000000000000');
    expect(await statementsToEntities()).toEqual(
      expect.arrayContaining([expect.stringContaining('of_next_version')]),
    );
  }, 60_000);

  /** Tables, columns and indexes that are there. */
  async function changes(): Promise<number> {
    return withMigrationDataSource(config(), schema, async (dataSource) => {
      const rows = await dataSource.query<{ n: string }[]>(
        `SELECT (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE())
              + (SELECT COUNT(*) FROM information_schema.statistics WHERE table_schema = DATABASE()) AS n`,
      );
      return Number(rows[0]!.n);
    });
  }
});

/** @throws Error with all that the process has written, where it ends or takes too long */
async function untilUnlessEnded(process: RunningProcess, reached: () => Promise<boolean>): Promise<void> {
  let exit: number | NodeJS.Signals | undefined;
  void process.exited.then((code) => (exit = code));
  for (const deadline = performance.now() + patienceMs; !(await reached()); await sleep(5)) {
    if (exit !== undefined || performance.now() > deadline)
      throw new Error(
        `it ${exit === undefined ? 'takes too long' : `ended (${exit})`}:\n${process.output()}`,
      );
  }
}

async function applied(dataSource: { query<Rows>(sql: string): Promise<Rows> }): Promise<string[]> {
  const rows = await dataSource.query<{ name: string }[]>('SELECT name FROM migrations ORDER BY id');
  return rows.map(({ name }) => name);
}
