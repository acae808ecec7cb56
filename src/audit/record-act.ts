import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { toAuditEntry, type NewAuditEntry } from './audit-entry.js';

/** Remembers an act of a command, which ends with it and cannot leave it to a writer. */
export async function recordAct(dataSource: DataSource, entry: NewAuditEntry): Promise<void> {
  await dataSource.getRepository(AuditEntryEntity).insert(toAuditEntry(entry));
}
