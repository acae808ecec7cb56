import type { AuditEntryEntity } from './audit-entry.entity.js';

/** Entries that are not written yet. Failures, of which a stranger makes as many as he likes, give way to all others. */
export class WaitingEntries {
  private failures: AuditEntryEntity[] = [];
  private others: AuditEntryEntity[] = [];

  get size(): number {
    return this.failures.length + this.others.length;
  }

  add(entry: AuditEntryEntity): void {
    (entry.outcome === 'failure' ? this.failures : this.others).push(entry);
  }

  /** What is to be written next, `count` at most: what would be missed more comes first, and of that the oldest. */
  next(count: number): AuditEntryEntity[] {
    return [...this.others.slice(0, count), ...this.failures.slice(0, count)].slice(0, count);
  }

  /** Drops the entry that is missed least: the oldest failure, or the oldest of all where there is none. */
  dropOne(): void {
    (this.failures.length > 0 ? this.failures : this.others).shift();
  }

  /**
   * Takes out what was written.
   * @returns how many of them still waited
   */
  takeOut(written: AuditEntryEntity[]): number {
    const gone = new Set(written);
    const before = this.size;
    this.failures = this.failures.filter((entry) => !gone.has(entry));
    this.others = this.others.filter((entry) => !gone.has(entry));
    return before - this.size;
  }
}
