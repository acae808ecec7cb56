import type { MigrationInterface, QueryRunner, TableColumn } from 'typeorm';
import { columnsFor } from './columns.js';

const nullable = { isNullable: true };

export class LengthenReasonsAndAddSessionParents1764320000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const { id, exact } = columnsFor(runner);
    await setLength(runner, exact('reason', 255, nullable));
    await runner.addColumn('sessions', id('parent_id', nullable));
  }

  async down(runner: QueryRunner): Promise<void> {
    const { exact } = columnsFor(runner);
    await runner.dropColumn('sessions', 'parent_id');
    await runner.query('UPDATE audit_log SET reason = SUBSTR(reason, 1, 64) WHERE LENGTH(reason) > 64');
    await setLength(runner, exact('reason', 64, nullable));
  }
}

/** On MySQL in place: TypeORM would drop the column and make another. */
async function setLength(runner: QueryRunner, column: TableColumn): Promise<void> {
  const { name, length, charset, collation } = column;
  if (runner.connection.options.type === 'better-sqlite3')
    return runner.changeColumn('audit_log', name, column);
  await runner.query(
    `ALTER TABLE audit_log MODIFY ${name} varchar(${length}) CHARACTER SET ${charset} COLLATE ${collation} NULL`,
  );
}
