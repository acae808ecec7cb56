import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { AuditEntryEntity } from '../../src/audit/audit-entry.entity.js';
import { AuditRetention } from '../../src/audit/audit-retention.service.js';
import type { Config } from '../../src/platform/config/config.js';
import { MemoryStore } from '../../src/platform/store/memory-store.js';
import { latencyOf, timed, type Latency } from './latency.js';
import { auditLogOf } from './pages.js';
import type { Question } from './questions.js';
import { randomFrom } from './seed/random.js';
import type { Span } from './seed/audit-log.js';

const share = 0.02;
const quietMs = 5000;
const betweenPagesMs = 5;
const limit = 50;

export interface RetentionMeasurement {
  rows: number;
  rowsPerSecond: number;
  pagesBefore: Reading;
  pagesMeanwhile: Reading;
}

export interface Reading extends Latency {
  pages: number;
}

/** Lets the oldest rows go as the service does, while an operator on another connection goes on reading. */
export async function measureRetention(
  [deleting, reading]: [DataSource, DataSource],
  questions: Question[],
  span: Span,
): Promise<RetentionMeasurement> {
  const pagesBefore = await readWhile(reading, questions, span, sleep(quietMs));
  const startedAt = performance.now();
  const deletion = deleteOldest(deleting, span);
  const pagesMeanwhile = await readWhile(reading, questions, span, deletion);
  const { rows, endedAt } = await deletion;
  return { rows, rowsPerSecond: (rows / (endedAt - startedAt)) * 1000, pagesBefore, pagesMeanwhile };
}

async function deleteOldest(dataSource: DataSource, { from, to }: Span) {
  const store = new MemoryStore();
  const auditRetentionMs = Date.now() - (from + share * (to - from));
  const retention = new AuditRetention(dataSource.getRepository(AuditEntryEntity), store, {
    auditRetentionMs,
  } as Config);
  try {
    return { rows: await retention.runOnce(), endedAt: performance.now() };
  } finally {
    await store.close();
  }
}

async function readWhile(
  dataSource: DataSource,
  questions: Question[],
  span: Span,
  work: Promise<unknown>,
): Promise<Reading> {
  const auditLog = auditLogOf(dataSource);
  const random = randomFrom(3);
  const times: number[] = [];
  let working = true;
  const done = work.finally(() => (working = false));
  for (let i = 0; working; i++) {
    const { filter, cursor } = questions[i % questions.length]!.ask(random, span);
    times.push(await timed(() => auditLog.list(filter, limit, cursor)));
    await sleep(betweenPagesMs);
  }
  await done;
  return { pages: times.length, ...latencyOf(times) };
}
