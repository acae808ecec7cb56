import { currentTraceId } from '../platform/http/request-context.js';
import type { AuditEntryEntity, Outcome } from './audit-entry.entity.js';
import { newEntryId } from './audit-entry-id.js';
import type { AuditEvent } from './audit-event.js';

/** What whoever records an act says of it. */
export interface NewAuditEntry {
  event: AuditEvent;
  outcome: Outcome;
  userId?: string;
  /** As it was typed. What nobody has may be a password in the wrong field, and is not to be given. */
  username?: string;
  address?: string;
  userAgent?: string;
  appId?: string;
  /** Whether a limit or the blocklist stood in the way. */
  blocked?: boolean;
  /** Such as an error's name or why a session ended; of what operators do, who it was and to what. */
  reason?: string;
}

/** The row of an act that happened now, in the request that is running; what is longer than its column is cut. */
export function toAuditEntry(given: NewAuditEntry): AuditEntryEntity {
  const at = Date.now();
  return {
    id: newEntryId(at),
    at,
    event: given.event,
    userId: cut(given.userId, 36),
    username: cut(given.username, 32),
    address: cut(given.address, 64),
    userAgent: cut(given.userAgent, 512),
    appId: cut(given.appId, 64),
    outcome: given.outcome,
    blocked: given.blocked ?? false,
    reason: cut(given.reason, 255),
    traceId: currentTraceId(),
  };
}

/** Columns count code points; half a surrogate pair would be no text at all. */
function cut(text: string | undefined, length: number): string | null {
  if (text === undefined) return null;
  return text.length <= length
    ? text
    : Array.from(text.slice(0, 2 * length))
        .slice(0, length)
        .join('');
}
