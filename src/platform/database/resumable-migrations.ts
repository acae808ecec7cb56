import type { DataSource, QueryRunner, Table, TableColumn, TableIndex } from 'typeorm';

type Change = 'createTable' | 'dropTable' | 'addColumn' | 'dropColumn' | 'createIndex' | 'dropIndex';
/** Whether a table, as it is now, is as the change wanted it. */
type IsDone = (table: Table | undefined, wanted: unknown) => boolean;

const isDone: Record<Change, IsDone> = {
  createTable: (table, wanted) => table !== undefined && sameNames(table.columns, (wanted as Table).columns),
  dropTable: (table) => table === undefined,
  addColumn: (table, wanted) => table?.findColumnByName((wanted as TableColumn).name) !== undefined,
  dropColumn: (table, wanted) => table !== undefined && table.findColumnByName(nameOf(wanted)) === undefined,
  createIndex: (table, wanted) =>
    indexOf(table, wanted)?.columnNames.join() === (wanted as TableIndex).columnNames.join(),
  dropIndex: (table, wanted) => table !== undefined && indexOf(table, wanted) === undefined,
};

/**
 * MySQL commits each change of the schema by itself, so that a migration whose process dies is left half done. Run again,
 * it passes over the changes that it made before: those that fail because what they want is there already.
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
      if (!isDone[change](table, wanted)) throw error;
    }
  };
  Object.assign(runner, { [change]: resumable });
}

function indexOf(table: Table | undefined, wanted: unknown): TableIndex | undefined {
  return table?.indices.find(({ name }) => name === nameOf(wanted));
}

function sameNames(some: TableColumn[], others: TableColumn[]): boolean {
  const names = (columns: TableColumn[]) =>
    columns
      .map(({ name }) => name)
      .sort()
      .join();
  return names(some) === names(others);
}

function nameOf(wanted: unknown): string {
  return typeof wanted === 'string' ? wanted : String((wanted as { name: string }).name);
}
