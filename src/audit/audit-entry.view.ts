import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import type { AuditEntryEntity } from './audit-entry.entity.js';
import { auditEvents } from './audit-event.js';

/** What operators see of an act. */
export const auditEntryView = z.object({
  id: z.string().describe('Later ones sort after it'),
  at: z.iso.datetime().describe('When it was'),
  event: z.enum(auditEvents).describe('What was done or tried'),
  userId: z.string().nullable().describe('Whom it is about, where that was proved'),
  username: z
    .string()
    .nullable()
    .describe('As it was typed; of a login that failed only where somebody has it'),
  address: z.string().nullable().describe('From where'),
  userAgent: z.string().nullable().describe('With what, as it says itself'),
  appId: z.string().nullable().describe("The door's appId, `wxpass` for passwords"),
  outcome: z.enum(['success', 'failure']).describe('How it ended'),
  blocked: z.boolean().describe('Whether a limit or the blocklist stood in the way'),
  reason: z.string().nullable().describe('The error, or what an operator is to know of it'),
  traceId: z.string().nullable().describe('Of the request, as in the log'),
});

export type AuditEntryView = z.infer<typeof auditEntryView>;

/** A row as a plain statement gives it: big integers perhaps as text, yes and no as numbers. */
export type AuditEntryRow = Omit<AuditEntryEntity, 'at' | 'blocked'> & {
  at: number | string;
  blocked: number | boolean;
};

export function toAuditEntryView(row: AuditEntryRow): AuditEntryView {
  return {
    id: row.id,
    at: isoTime(row.at),
    event: row.event,
    userId: row.userId,
    username: row.username,
    address: row.address,
    userAgent: row.userAgent,
    appId: row.appId,
    outcome: row.outcome,
    blocked: Boolean(row.blocked),
    reason: row.reason,
    traceId: row.traceId,
  };
}
