import type { Readable } from 'node:stream';
import { Injectable, Logger } from '@nestjs/common';
import type { AuditEntryView } from '../audit/audit-entry.view.js';
import type { AuditEvent } from '../audit/audit-event.js';
import { AuditLog } from '../audit/audit-log.service.js';
import type { Caller } from '../platform/http/caller.decorator.js';
import type { Whence } from '../platform/http/client-address.js';
import { streamSuccess } from '../platform/http/streamed-envelope.js';
import type { EndReason } from '../session/end-reason.js';
import { SessionHistory } from '../session/session-history.service.js';
import { PersonalData } from '../users/personal-data.service.js';

const pageSize = 200;
/** Why sessions end where an operator ends them. */
const endsByOperators: string[] = ['kicked', 'user_locked'] satisfies EndReason[];
const consentEvents: AuditEvent[] = ['consent_revoked', 'profile_cleared'];

/** Hands a person everything that is held on them. */
@Injectable()
export class Export {
  private readonly logger = new Logger('Export');

  constructor(
    private readonly personalData: PersonalData,
    private readonly sessions: SessionHistory,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The answer, written as it is read: sessions and acts may be many.
   * @throws AppError not_found
   */
  async stream({ userId, clientId: appId }: Caller, whence: Whence): Promise<Readable> {
    await this.audit.flush();
    const line = await this.personalData.lineOf(userId);
    const personal = await this.personalData.of(line);
    const answer = streamSuccess({
      exportedAt: new Date().toISOString(),
      ...personal,
      sessions: this.sessions.pagesOf(line),
      withdrawnConsents: this.actsOf(line, consentEvents),
      auditLog: this.actsOf(line),
    });
    // Whoever reads it sees an answer that breaks off.
    answer.on('error', (error) => this.logger.error('an export broke off', error));
    this.audit.record({ event: 'data_exported', outcome: 'success', userId, appId, ...whence });
    return answer;
  }

  private async *actsOf(
    userIds: string[],
    events: (AuditEvent | undefined)[] = [undefined],
  ): AsyncGenerator<AuditEntryView[]> {
    for (const userId of userIds) {
      for (const event of events) yield* this.actsOfOne({ userId, ...(event && { event }) });
    }
  }

  private async *actsOfOne(filter: { userId: string; event?: AuditEvent }): AsyncGenerator<AuditEntryView[]> {
    for (let cursor: string | undefined; ;) {
      const { items, nextCursor } = await this.audit.list(filter, pageSize, cursor);
      yield items.map(withoutOperator);
      if (nextCursor === null) return;
      cursor = nextCursor;
    }
  }
}

/** What an operator did to the person is theirs to know; who that was and from where is the operator's. */
function withoutOperator(entry: AuditEntryView): AuditEntryView {
  const { reason } = entry;
  if (reason === null || !(reason.startsWith('by ') || endsByOperators.includes(reason))) return entry;
  const told = reason.replace(/^by (client )?[^\s:]+/, 'by an operator');
  return { ...entry, reason: told, address: null, userAgent: null };
}
