import type { DataSource, EntityTarget, ObjectLiteral } from 'typeorm';

/**
 * The columns of an entity under the names of its fields, for statements on the hot path: a plain query costs a
 * fraction of what building and hydrating the same one does.
 * @param alias of the table in the statement
 */
export function selectList(
  dataSource: DataSource,
  entity: EntityTarget<ObjectLiteral>,
  alias: string,
): string {
  const { columns } = dataSource.getMetadata(entity);
  return columns
    .map(({ databaseName, propertyName }) => `${alias}.${databaseName} AS ${propertyName}`)
    .join(', ');
}
