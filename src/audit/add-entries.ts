import { In, type DataSource, type EntityManager } from 'typeorm';
import { isDuplicate } from '../platform/database/database-fault.js';
import { retryTransient } from '../platform/database/retry-transient.js';
import { engineOf } from '../platform/database/statement.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import type { LoginCountEntity } from './login-count.entity.js';
import { addStatement, countLogins } from './login-counts.js';

/**
 * Adds entries and counts the logins among them, all of it or nothing. Entries that are there already, because nobody
 * had heard that they were written, are neither added nor counted again.
 */
export async function addEntries(dataSource: DataSource, entries: AuditEntryEntity[]): Promise<void> {
  try {
    await retryTransient(() => add(dataSource, entries));
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const missing = await missingOf(dataSource, entries);
    await retryTransient(() => add(dataSource, missing));
  }
}

async function add(dataSource: DataSource, entries: AuditEntryEntity[]): Promise<void> {
  if (entries.length === 0) return;
  const counts = countLogins(entries);
  if (counts.length === 0) return insert(dataSource.manager, entries);
  await dataSource.transaction(async (manager) => {
    await insert(manager, entries);
    // At last, so that others wait but for the commit.
    await addCounts(manager, counts);
  });
}

async function insert(manager: EntityManager, entries: AuditEntryEntity[]): Promise<void> {
  await manager
    .createQueryBuilder()
    .insert()
    .into(AuditEntryEntity)
    .values(entries)
    .updateEntity(false)
    .execute();
}

async function addCounts(manager: EntityManager, counts: LoginCountEntity[]): Promise<void> {
  const { sql, parameters } = addStatement(engineOf(manager.connection), counts);
  await manager.query(sql, parameters);
}

async function missingOf(dataSource: DataSource, entries: AuditEntryEntity[]): Promise<AuditEntryEntity[]> {
  const ids = entries.map(({ id }) => id);
  const there = await dataSource.manager.find(AuditEntryEntity, {
    select: { id: true },
    where: { id: In(ids) },
  });
  const known = new Set(there.map(({ id }) => id));
  return entries.filter(({ id }) => !known.has(id));
}
