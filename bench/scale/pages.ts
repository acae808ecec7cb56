import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { AuditLog } from '../../src/audit/audit-log.service.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { latencyOf, timed, type Latency } from './latency.js';
import type { Question } from './questions.js';
import { randomFrom } from './seed/random.js';
import type { Span } from './seed/audit-log.js';

const limit = 50;
const countedCalls = 10;

export interface PageMeasurement extends Latency {
  question: string;
  /** Entries in the fullest page. */
  found: number;
  /** Rows of tables and indexes that the costliest of some calls read. */
  rowsRead: number;
}

/** Pages of one question, one after the other, by the service that answers operators; the first few are counted. */
export async function measurePages(
  dataSource: DataSource,
  question: Question,
  calls: number,
  span: Span,
): Promise<PageMeasurement> {
  const auditLog = auditLogOf(dataSource);
  const random = randomFrom(2);
  const put = async () => {
    const { filter, cursor } = question.ask(random, span);
    return (await auditLog.list(filter, limit, cursor)).items.length;
  };

  let found = 0;
  let rowsRead = 0;
  for (let i = 0; i < countedCalls; i++) {
    const before = await readSoFar(dataSource);
    found = Math.max(found, await put());
    rowsRead = Math.max(rowsRead, (await readSoFar(dataSource)) - before);
  }

  const times: number[] = [];
  for (let i = 0; i < calls; i++) times.push(await timed(put));
  return { question: question.name, found, ...latencyOf(times), rowsRead };
}

export function auditLogOf(dataSource: DataSource): AuditLog {
  return new AuditLog(dataSource.getRepository(AuditEntryEntity), dataSource, new Metrics());
}

/** Rows that this session has read, so the data source must have one connection alone. */
async function readSoFar(dataSource: DataSource): Promise<number> {
  const rows = await dataSource.query<{ Value: string }[]>("SHOW SESSION STATUS LIKE 'Handler_read%'");
  return rows.reduce((sum, { Value }) => sum + Number(Value), 0);
}
