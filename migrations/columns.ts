import { TableColumn, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Options = Partial<TableColumnOptions>;

/** Column forms that mean the same on SQLite, MariaDB and MySQL. Released migrations use them: never change one, add. */
export function columnsFor(runner: QueryRunner) {
  const isSqlite = runner.connection.options.type === 'better-sqlite3';
  const exactly = isSqlite ? {} : { charset: 'utf8mb4', collation: 'utf8mb4_bin' };
  const column = (options: TableColumnOptions) => new TableColumn(options);
  return {
    /** A UUID. */
    id: (name: string, options: Options = {}) =>
      column({ name, type: 'varchar', length: '36', ...exactly, ...options }),
    /** Text compared byte by byte. */
    exact: (name: string, length: number, options: Options = {}) =>
      column({ name, type: 'varchar', length: String(length), ...exactly, ...options }),
    text: (name: string, length: number, options: Options = {}) =>
      column({ name, type: 'varchar', length: String(length), ...options }),
    longText: (name: string, options: Options = {}) => column({ name, type: 'text', ...options }),
    integer: (name: string, options: Options = {}) =>
      column({ name, type: isSqlite ? 'integer' : 'int', ...options }),
    /** Yes or no. */
    flag: (name: string, options: Options = {}) =>
      column({ name, type: isSqlite ? 'boolean' : 'tinyint', ...options }),
    /** Milliseconds since 1970 UTC. */
    time: (name: string, options: Options = {}) => column({ name, type: 'bigint', ...options }),
  };
}
