import { Injectable, Logger } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { hashSecret } from '../platform/crypto/secrets.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import type { ProvenIdentity } from './proven-identity.js';

/** Every login brings the same unionid again: it must not fill the audit log. */
const rememberEveryMs = 24 * 3_600_000;

/** Remembers unionids that were not believed at a login, once a day for an identity. */
@Injectable()
export class UnionidConflicts {
  private readonly logger = new Logger('UnionidConflicts');

  constructor(
    private readonly store: KeyValueStore,
    private readonly audit: AuditLog,
  ) {}

  async record(userId: string, { appId, openid }: ProvenIdentity): Promise<void> {
    // Hashed: nobody who reads the names of keys learns who somebody is.
    if (!(await this.isFirstToday(`unionid-conflict:${hashSecret(`${appId}\n${openid}`)}`))) return;
    this.logger.warn(`app ${appId} gave user ${userId} a unionid that is not believed`);
    this.audit.record({ event: 'unionid_conflict', outcome: 'failure', userId, appId });
  }

  /** Where the store is away, once too often is better than never. */
  private isFirstToday(key: string): Promise<boolean> {
    return this.store.setIfAbsent(key, '', rememberEveryMs).catch(() => true);
  }
}
