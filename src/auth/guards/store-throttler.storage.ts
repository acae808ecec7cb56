import { Injectable, Logger } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { KeyValueStore } from '../../platform/store/key-value-store.js';
import { MemoryStore } from '../../platform/store/memory-store.js';
import { StoreUnavailableError } from '../../platform/store/store-unavailable-error.js';

type ThrottlerRecord = Awaited<ReturnType<ThrottlerStorage['increment']>>;

const countAloneMs = 1000;

/** Counts in the shared store; in this process alone while the store is away, since this limit must not stop a service. */
@Injectable()
export class StoreThrottlerStorage implements ThrottlerStorage {
  private readonly logger = new Logger('Throttler');
  private readonly own = new MemoryStore();
  private aloneUntil = 0;

  constructor(private readonly store: KeyValueStore) {}

  async increment(key: string, windowMs: number, limit: number): Promise<ThrottlerRecord> {
    const { allowed, count, retryAfterMs, resetMs } = await this.slide(key, limit, windowMs);
    return {
      totalHits: count,
      timeToExpire: seconds(resetMs),
      isBlocked: !allowed,
      timeToBlockExpire: seconds(retryAfterMs),
    };
  }

  private async slide(key: string, limit: number, windowMs: number) {
    if (performance.now() < this.aloneUntil) return this.own.slide(key, limit, windowMs);
    try {
      const slide = await this.store.slide(key, limit, windowMs);
      this.aloneUntil = 0;
      return slide;
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      this.countAlone();
      return this.own.slide(key, limit, windowMs);
    }
  }

  /** Asking a frozen store at every request would make each of them wait for its time limit. */
  private countAlone(): void {
    if (this.aloneUntil === 0) this.logger.warn('the store is away: API_LIMIT counts in this process alone');
    this.aloneUntil = performance.now() + countAloneMs;
  }
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
