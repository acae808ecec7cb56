import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columnsFor } from './columns.js';

const primary = { isPrimary: true };

/** The logins that the audit log has are counted here, once and for all. */
export class CreateLoginCounts1764310000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { exact, integer, time } = columnsFor(runner);
    await runner.createTable(
      new Table({
        name: 'login_counts',
        columns: [
          time('hour', primary),
          exact('app_id', 64, primary),
          exact('outcome', 16, primary),
          integer('count'),
        ],
      }),
    );
    // A migration that died after counting counts anew.
    await runner.query('DELETE FROM login_counts');
    await runner.query(
      `INSERT INTO login_counts (hour, app_id, outcome, count)
       SELECT l.hour, l.app_id, l.outcome, COUNT(*) FROM (
         SELECT at - at % 3600000 AS hour, COALESCE(app_id, '') AS app_id, outcome FROM audit_log WHERE event = 'login'
       ) l GROUP BY l.hour, l.app_id, l.outcome`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('login_counts');
  }
}
