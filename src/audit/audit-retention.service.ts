import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { Repository } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { firstIdAt } from './audit-entry-id.js';

const minuteMs = 60_000;
const firstRunMs = minuteMs;
const everyMs = 60 * minuteMs;
/** Shorter than the interval, so that whoever ran last may run next. */
const claimMs = 55 * minuteMs;
const batchSize = 1000;
const pauseMs = 20;

/** Lets go of entries older than AUDIT_RETENTION: each replica tries every hour, one of them does it. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('AuditRetention');
  private readonly stopping = new AbortController();
  private running: Promise<unknown> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @InjectRepository(AuditEntryEntity) private readonly repository: Repository<AuditEntryEntity>,
    private readonly store: KeyValueStore,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.runAfter(firstRunMs);
  }

  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /** Deletes what is too old, unless a replica has done so within the hour; the number of entries. */
  async runOnce(): Promise<number> {
    const claimed = await this.store.setIfAbsent('audit-retention', 'claimed', claimMs);
    return claimed ? this.deleteBefore(firstIdAt(Date.now() - this.config.auditRetentionMs)) : 0;
  }

  private runAfter(ms: number): void {
    this.timer = setTimeout(() => {
      this.runAfter(everyMs);
      this.running = this.run();
    }, ms).unref();
  }

  private async run(): Promise<void> {
    try {
      const deleted = await this.runOnce();
      if (deleted > 0) this.logger.log(`${deleted} audit entries were older than AUDIT_RETENTION`);
    } catch (error) {
      this.logger.error('old audit entries could not be deleted; the next try is in an hour', error);
    }
  }

  /** In small bites, so that neither locks nor the embedded database hold anybody up. */
  private async deleteBefore(end: string): Promise<number> {
    let deleted = 0;
    for (;;) {
      const bite = await this.deleteBite(end);
      deleted += bite;
      if (bite < batchSize || this.stopping.signal.aborted) return deleted;
      await sleep(pauseMs, undefined, { ref: false });
    }
  }

  /** SQLite's DELETE knows no LIMIT, so the bite's end is looked up. */
  private async deleteBite(end: string): Promise<number> {
    const [after] = await this.repository.query<{ id: string }[]>(
      `SELECT id FROM audit_log WHERE id < ? ORDER BY id LIMIT 1 OFFSET ${batchSize}`,
      [end],
    );
    const { affected } = await this.repository
      .createQueryBuilder()
      .delete()
      .where('id < :end', { end: after?.id ?? end })
      .execute();
    return affected ?? 0;
  }
}
