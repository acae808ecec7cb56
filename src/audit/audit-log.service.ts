import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, In, IsNull, Not, type EntityManager, type Repository } from 'typeorm';
import { selectList } from '../platform/database/select-list.js';
import { idOfCursor, pageOf, type Page } from '../platform/http/page.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { toAuditEntry, type NewAuditEntry } from './audit-entry.js';
import { toAuditEntryView, type AuditEntryRow, type AuditEntryView } from './audit-entry.view.js';
import { pageStatement, type AuditFilter, type Engine } from './audit-log-page.js';
import { AuditLogWriter } from './audit-log-writer.js';

const shutdownLimitMs = 2000;
const flushLimitMs = 1000;

/** Remembers what matters to security: who, whence, through which door, and how it ended. */
@Injectable()
export class AuditLog implements OnApplicationShutdown {
  private readonly logger = new Logger('AuditLog');
  private readonly writer = new AuditLogWriter((entries) => this.insert(entries), this.logger);
  private readonly columns: string;
  private readonly engine: Engine;

  constructor(
    @InjectRepository(AuditEntryEntity) private readonly repository: Repository<AuditEntryEntity>,
    dataSource: DataSource,
  ) {
    this.columns = selectList(dataSource, AuditEntryEntity, 'a');
    this.engine = dataSource.options.type === 'better-sqlite3' ? 'sqlite' : 'mysql';
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

  /** The one change that entries ever see, within the transaction that erases these users; flush before it begins. */
  async forgetUsernames(manager: EntityManager, userIds: string[]): Promise<void> {
    const named = { userId: In(userIds), username: Not(IsNull()) };
    await manager.update(AuditEntryEntity, named, { username: null });
  }

  /** In one statement, so that a batch is there or not, and the same batch again changes nothing. */
  private async insert(entries: AuditEntryEntity[]): Promise<void> {
    await this.repository
      .createQueryBuilder()
      .insert()
      .values(entries)
      .orIgnore()
      .updateEntity(false)
      .execute();
  }
}
