import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import type { AuditEntryEntity } from './audit-entry.entity.js';
import { WaitingEntries } from './waiting-entries.js';

/** Writes entries so that those which are there already do no harm. */
export type WriteEntries = (entries: AuditEntryEntity[]) => Promise<void>;

const defaults = {
  /** Entries that wait for the database at most. */
  capacity: 10_000,
  batchSize: 200,
  delayMs: 200,
  firstPauseMs: 100,
  longestPauseMs: 2000,
};
const closingPauseMs = 100;

/**
 * Takes entries at any rate and writes them behind the recorder's back, one batch at a time: whoever records neither
 * waits nor fails. A batch whose fate is unknown is written again.
 */
export class AuditLogWriter {
  private readonly settings: typeof defaults;
  private readonly waiting = new WaitingEntries();
  private writing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private failing = false;
  private lost = 0;
  private abandoned = false;
  private readonly closing = new AbortController();
  // A batch belongs to none of the requests it came from, neither to its trace nor to its database transaction.
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(
    private readonly insert: WriteEntries,
    private readonly logger: Pick<Logger, 'error' | 'warn'>,
    settings: Partial<typeof defaults> = {},
    private readonly onDrop: () => void = () => undefined,
  ) {
    this.settings = { ...defaults, ...settings };
  }

  /** How many entries are not written yet. */
  get backlog(): number {
    return this.waiting.size;
  }

  add(entry: AuditEntryEntity): void {
    this.waiting.add(entry);
    this.dropOverflow();
    if (this.waiting.size >= this.settings.batchSize) this.write();
    else this.writeSoon();
  }

  /** Resolves once what waits now is written, which lasts as long as the database is away. */
  async flush(): Promise<void> {
    await this.writing;
    this.write();
    await this.writing;
  }

  /** Writes what waits, for `limitMs` at most; what is added later is not written. */
  async close(limitMs: number): Promise<void> {
    this.closing.abort();
    const limit = new AbortController();
    await Promise.race([this.writeAll(), sleep(limitMs, undefined, { signal: limit.signal })]);
    limit.abort();
    this.abandoned = true;
    clearTimeout(this.timer);
    const left = this.lost + this.waiting.size;
    if (left > 0) this.logger.error(`the process ends, and ${left} audit entries are lost`);
  }

  private async writeAll(): Promise<void> {
    while (this.waiting.size > 0 && !this.abandoned) {
      this.write();
      await this.writing;
    }
  }

  private writeSoon(): void {
    if (this.writing || this.abandoned) return;
    this.timer ??= this.outside(() => setTimeout(() => this.write(), this.settings.delayMs).unref());
  }

  private write(): void {
    if (this.writing || this.abandoned) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writing = this.outside(() => this.writeBatches()).finally(() => {
      this.writing = undefined;
      if (this.waiting.size > 0) this.writeSoon();
    });
  }

  private async writeBatches(): Promise<void> {
    let pauseMs = this.settings.firstPauseMs;
    do {
      if (await this.writeBatch()) continue;
      await this.pause(pauseMs);
      pauseMs = Math.min(2 * pauseMs, this.settings.longestPauseMs);
    } while (this.isPressed());
  }

  /** Less than a batch waits for more, unless it is late already. */
  private isPressed(): boolean {
    const late = this.failing || this.closing.signal.aborted;
    return !this.abandoned && this.waiting.size >= (late ? 1 : this.settings.batchSize);
  }

  /** The batch stays in the queue until it is written, so that it counts and can be lost like all that waits. */
  private async writeBatch(): Promise<boolean> {
    const batch = this.waiting.next(this.settings.batchSize);
    try {
      await this.insert(batch);
    } catch (error) {
      this.noteFailure(error);
      return false;
    }
    // Those that were given up for lost while they were being written are not lost.
    this.lost -= batch.length - this.waiting.takeOut(batch);
    this.noteSuccess();
    return true;
  }

  private async pause(ms: number): Promise<void> {
    const { signal } = this.closing;
    if (signal.aborted) await sleep(closingPauseMs);
    else await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  }

  private dropOverflow(): void {
    if (this.waiting.size <= this.settings.capacity) return;
    this.waiting.dropOne();
    this.lost += 1;
    this.onDrop();
    if (this.lost === 1)
      this.logger.error('too many audit entries wait for the database: refusals are lost, then the oldest');
  }

  private noteFailure(error: unknown): void {
    if (!this.failing) this.logger.error('audit entries cannot be written, and wait', error);
    this.failing = true;
  }

  private noteSuccess(): void {
    if (this.lost > 0) this.logger.warn(`${this.lost} audit entries were lost`);
    this.failing = false;
    this.lost = 0;
  }
}
