import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, In, IsNull, Not, type EntityManager, type Repository } from 'typeorm';
import { selectList } from '../platform/database/select-list.js';
import { engineOf, type Engine } from '../platform/database/statement.js';
import { idOfCursor, pageOf, type Page } from '../platform/http/page.js';
import { Metrics } from '../platform/observability/metrics.js';
import { addEntries } from './add-entries.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { toAuditEntry, type NewAuditEntry } from './audit-entry.js';
import { toAuditEntryView, type AuditEntryRow, type AuditEntryView } from './audit-entry.view.js';
import { pageStatement, type AuditFilter } from './audit-log-page.js';
import { AuditLogWriter } from './audit-log-writer.js';

const shutdownLimitMs = 2000;
const flushLimitMs = 1000;

/** Remembers what matters to security: who, whence, through which door, and how it ended. */
@Injectable()
export class AuditLog implements OnApplicationShutdown {
  private readonly logger = new Logger('AuditLog');
  private readonly writer: AuditLogWriter;
  private readonly columns: string;
  private readonly engine: Engine;

  constructor(
    @InjectRepository(AuditEntryEntity) private readonly repository: Repository<AuditEntryEntity>,
    dataSource: DataSource,
    metrics: Metrics,
  ) {
    this.columns = selectList(dataSource, AuditEntryEntity, 'a');
    this.engine = engineOf(dataSource);
    const write = (entries: AuditEntryEntity[]) => addEntries(dataSource, entries);
    this.writer = new AuditLogWriter(write, this.logger, {}, () => metrics.count('auditDropped', {}));
    metrics.read('auditWaiting', () => [{ value: this.writer.backlog }]);
  }

  /** Not before the last request was answered; the database is closed after all who stand on it. */
  async onApplicationShutdown(): Promise<void> {
    await this.writer.close(shutdownLimitMs);
  }

  /**
   * Remembers an act of the running request. It neither waits nor fails: the entry can be read a moment later, or once
   * the database is back.
   */
  record(entry: NewAuditEntry): void {
    try {
      this.writer.add(toAuditEntry(entry));
    } catch (error) {
      this.logger.error('an audit entry could not be made', error);
    }
  }

  /** Remembers an act together with what it changes, or neither: what must be proved later is never lost on the way. */
  async recordWithin(manager: EntityManager, entry: NewAuditEntry): Promise<void> {
    await manager.insert(AuditEntryEntity, toAuditEntry(entry));
  }

  /**
   * One page, the newest first; entries that come later move nothing on the pages after it.
   * @throws AppError invalid_request where the cursor is none of ours
   */
  async list(filter: AuditFilter, limit: number, cursor?: string): Promise<Page<AuditEntryView>> {
    const before = cursor === undefined ? undefined : idOfCursor(cursor);
    const { sql, parameters } = pageStatement(this.columns, this.engine, filter, before, limit + 1);
    const rows = await this.repository.query<AuditEntryRow[]>(sql, parameters);
    return pageOf(rows, limit, toAuditEntryView);
  }

  /** Resolves once what was recorded before is written, or could not be for a second. */
  async flush(): Promise<void> {
    await Promise.race([this.writer.flush(), sleep(flushLimitMs, undefined, { ref: false })]);
  }

  /** The one change that entries ever see, where these users are erased; what this process has in hand must be flushed before. */
  async forgetUsernames(manager: EntityManager, userIds: string[]): Promise<void> {
    const named = { userId: In(userIds), username: Not(IsNull()) };
    await manager.update(AuditEntryEntity, named, { username: null });
  }
}
