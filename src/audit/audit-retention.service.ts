import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThan, type Repository } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { HourlyChore } from '../platform/store/hourly-chore.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { firstIdAt } from './audit-entry-id.js';
import { LoginCountEntity } from './login-count.entity.js';

/**
 * Counts of logins name nobody, so they outlive the entries: two years, for a look at this year beside the last.
 */
const countsKeptMs = 2 * 366 * 86_400_000;

/** Lets go of entries older than AUDIT_RETENTION, and of old counts. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly chore: HourlyChore;

  constructor(
    @InjectRepository(AuditEntryEntity) private readonly repository: Repository<AuditEntryEntity>,
    store: KeyValueStore,
    private readonly config: Config,
  ) {
    this.chore = new HourlyChore(store, {
      name: 'audit-retention',
      what: 'audit entries',
      size: 1000,
      bites: [(size) => this.deleteBite(size), (size) => this.deleteCounts(size)],
    });
  }

  onApplicationBootstrap(): void {
    this.chore.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.chore.stop();
  }

  /** Deletes what is too old, unless a replica has done so within the hour; the number of entries. */
  runOnce(): Promise<number> {
    return this.chore.runOnce();
  }

  /** SQLite's DELETE knows no LIMIT, so the bite's end is looked up. */
  private async deleteBite(size: number): Promise<number> {
    const end = firstIdAt(Date.now() - this.config.auditRetentionMs);
    const [after] = await this.repository.query<{ id: string }[]>(
      `SELECT id FROM audit_log WHERE id < ? ORDER BY id LIMIT 1 OFFSET ${size}`,
      [end],
    );
    const { affected } = await this.repository
      .createQueryBuilder()
      .delete()
      .where('id < :end', { end: after?.id ?? end })
      .execute();
    return affected ?? 0;
  }

  private async deleteCounts(size: number): Promise<number> {
    const { manager } = this.repository;
    const end = Date.now() - countsKeptMs;
    const [after] = await manager.query<{ hour: number | string }[]>(
      `SELECT hour FROM login_counts WHERE hour < ? ORDER BY hour LIMIT 1 OFFSET ${size}`,
      [end],
    );
    const { affected } = await manager.delete(LoginCountEntity, {
      hour: LessThan(Number(after?.hour ?? end)),
    });
    return affected ?? 0;
  }
}
