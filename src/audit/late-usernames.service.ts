import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from './audit-log.service.js';

/** Longer than entries wait in any process while the database is there. */
const delayMs = 2000;

/** Other replicas may have entries of an erased person in hand: those lose their username a moment after they are written. */
@Injectable()
export class LateUsernames implements OnApplicationShutdown {
  private readonly logger = new Logger('LateUsernames');
  private readonly userIds = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** Whoever ends before is not lost: the shutdown does it at once. */
  async onApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    if (this.userIds.size > 0) await this.forgetNow();
  }

  forgetSoon(userIds: string[]): void {
    for (const id of userIds) this.userIds.add(id);
    this.timer ??= setTimeout(() => void this.forgetNow(), delayMs).unref();
  }

  /** For a process that ends with the erasure: waits as long as other replicas may have entries in hand. */
  async forgetAll(): Promise<void> {
    if (this.userIds.size === 0) return;
    clearTimeout(this.timer);
    await sleep(delayMs);
    await this.forgetNow();
  }

  private async forgetNow(): Promise<void> {
    this.timer = undefined;
    const userIds = [...this.userIds];
    this.userIds.clear();
    try {
      await this.audit.forgetUsernames(this.dataSource.manager, userIds);
    } catch (error) {
      this.logger.warn(`usernames of ${userIds.join()} may stand in the audit log`, error);
      this.forgetSoon(userIds);
    }
  }
}
