import type { DataSource, QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';
import { hasColumn, hasIndex, hasShapeOf, type LengthDefaults } from './table-shape.js';

type Change = 'createTable' | 'dropTable' | 'addColumn' | 'dropColumn' | 'createIndex' | 'dropIndex';
/** Whether a table, as it is now, is as the change wanted it. */
type IsDone = (table: Table | undefined, wanted: unknown, defaults: LengthDefaults) => boolean;

const isDone: Record<Change, IsDone> = {
  createTable: (table, wanted, defaults) =>
    table !== undefined && hasShapeOf(wanted as Table, table, defaults),
  dropTable: (table) => table === undefined,
  addColumn: (table, wanted, defaults) =>
    table !== undefined && hasColumn(table, wanted as TableColumn, defaults),
  dropColumn: (table, wanted) => table !== undefined && table.findColumnByName(nameOf(wanted)) === undefined,
  createIndex: (table, wanted) => table !== undefined && hasIndex(table, wanted as TableIndex),
  dropIndex: (table, wanted) =>
    table !== undefined && !table.indices.some(({ name }) => name === nameOf(wanted)),
};

/**
 * MySQL commits each change of the schema by itself, so that a migration whose process dies is left half done. Run again,
 * it passes over the changes that it made before: those that fail because what they want is there already, in the same shape.
 */
export function makeMigrationsResumable(dataSource: DataSource): void {
  const createQueryRunner = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = createQueryRunner(mode);
    for (const change of Object.keys(isDone) as Change[]) makeResumable(runner, change);
    return runner;
  };
}

function makeResumable(runner: QueryRunner, change: Change): void {
  const make = runner[change].bind(runner) as (target: Table | string, ...rest: unknown[]) => Promise<void>;
  const resumable: typeof make = async (target, ...rest) => {
    try {
      await make(target, ...rest);
    } catch (error) {
      const table = await runner.getTable(nameOf(target));
      const wanted = change === 'createTable' || change === 'dropTable' ? target : rest[0];
      if (!isDone[change](table, wanted, runner.connection.driver.dataTypeDefaults)) throw error;
    }
  };
  Object.assign(runner, { [change]: resumable });
}

function nameOf(wanted: unknown): string {
  return typeof wanted === 'string' ? wanted : String((wanted as { name: string }).name);
}
