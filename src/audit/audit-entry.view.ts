import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import type { AuditEntryEntity } from './audit-entry.entity.js';
import { auditEvents } from './audit-event.js';

/** What operators see of an act. */
export const auditEntryView = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  event: z.enum(auditEvents),
  userId: z.string().nullable(),
  username: z.string().nullable().describe('As it was given, whether or not anybody has it'),
  address: z.string().nullable(),
  userAgent: z.string().nullable(),
  appId: z.string().nullable().describe("The door's appId, `wxpass` for passwords"),
  outcome: z.enum(['success', 'failure']),
  blocked: z.boolean().describe('Whether a limit or the blocklist stood in the way'),
  reason: z.string().nullable(),
  traceId: z.string().nullable(),
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
