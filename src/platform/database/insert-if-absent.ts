import type { ObjectLiteral, Repository } from 'typeorm';
import { isDuplicate } from './database-fault.js';

type Row<Entity extends ObjectLiteral> = Parameters<Repository<Entity>['insert']>[0];

/** True for the one caller whose row is there now; false where a unique index had one already. */
export async function insertIfAbsent<Entity extends ObjectLiteral>(
  repository: Repository<Entity>,
  row: Row<Entity>,
): Promise<boolean> {
  try {
    await repository.insert(row);
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}
