import type { Table, TableColumn, TableForeignKey, TableIndex } from 'typeorm';

/** How long a column of a type is where nobody says so. */
export type LengthDefaults = Record<string, { length?: number } | undefined>;

/** Whether a table has the columns that are wanted and no others, and all indexes and foreign keys that are wanted. */
export function hasShapeOf(wanted: Table, table: Table, defaults: LengthDefaults): boolean {
  return (
    table.columns.length === wanted.columns.length &&
    wanted.columns.every((column) => hasColumn(table, column, defaults)) &&
    wanted.indices.every((index) => hasIndex(table, index)) &&
    wanted.foreignKeys.every((key) => hasForeignKey(table, key))
  );
}

/** By name, type, length, whether it may be null, and whether it is part of the primary key. */
export function hasColumn(table: Table, wanted: TableColumn, defaults: LengthDefaults): boolean {
  const traits = (column: TableColumn) => [
    column.type,
    Number(column.length || defaults[column.type]?.length || 0),
    column.isNullable,
    column.isPrimary,
  ];
  const column = table.findColumnByName(wanted.name);
  return column !== undefined && isSame(traits(column), traits(wanted));
}

/** By name, uniqueness and columns in their order. */
export function hasIndex(table: Table, wanted: TableIndex): boolean {
  const traits = ({ name, isUnique, columnNames }: TableIndex) => [name, isUnique, columnNames];
  return table.indices.some((index) => isSame(traits(index), traits(wanted)));
}

/** By name, columns on both sides, and what becomes of a row whose other side changes or goes. */
function hasForeignKey(table: Table, wanted: TableForeignKey): boolean {
  const traits = (key: TableForeignKey) => [
    key.name,
    key.columnNames,
    key.referencedTableName,
    key.referencedColumnNames,
    ruleOf(key.onDelete),
    ruleOf(key.onUpdate),
  ];
  return table.foreignKeys.some((key) => isSame(traits(key), traits(wanted)));
}

/** MySQL's three ways to say that a row in use stays as it is. */
function ruleOf(rule = 'RESTRICT'): string {
  return rule === 'NO ACTION' ? 'RESTRICT' : rule;
}

function isSame(some: unknown[], others: unknown[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}
