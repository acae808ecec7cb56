import type { DataSource } from 'typeorm';
import type { DatabaseConfig } from '../platform/config/config.js';
import { appliedMigrations, listMigrations } from '../platform/database/migrate.js';
import { found } from './conditions.js';
import { good, type Finding } from './finding.js';

/** Whether the schema is the code's. */
export async function examineMigrations(
  dataSource: DataSource,
  { migrate }: DatabaseConfig,
): Promise<{ findings: Finding[]; isCurrent: boolean }> {
  const known = await listMigrations(dataSource);
  const pending = known.filter(({ applied }) => !applied).map(({ name }) => name);
  const ours = new Set(known.map(({ name }) => name));
  const newer = (await appliedMigrations(dataSource)).filter((name) => !ours.has(name));
  const findings = [
    pendingFinding(pending, migrate),
    ...(newer.length > 0 ? [found('schema-newer', { names: newer.join(', ') })] : []),
  ];
  return { findings, isCurrent: pending.length === 0 };
}

function pendingFinding(pending: string[], migrate: boolean): Finding {
  const count = pending.length;
  if (count === 0) return good('migrations', { zh: '没有待执行的迁移', en: 'No migration is pending' });
  if (!migrate) return found('migrations-pending', { count, names: pending.join(', ') });
  return good('migrations', {
    zh: `有 ${count} 个迁移，下次启动时执行`,
    en: `${count} migrations are applied at the next start`,
  });
}
