import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { KeyValueStore } from './key-value-store.js';

const minuteMs = 60_000;
const firstRunMs = minuteMs;
const everyMs = 60 * minuteMs;
/** Shorter than the interval, so that whoever ran last may run next. */
const claimMs = 55 * minuteMs;
const pauseMs = 20;

/** Deletes up to `size` of what is over; how many there were. */
export type Bite = (size: number) => Promise<number>;

interface Chore {
  /** The claim's key, shared by all replicas. */
  name: string;
  /** What is deleted, in the plural, for the log. */
  what: string;
  /** How much one bite takes at most. */
  size: number;
  /** One after the other, each until it leaves nothing. */
  bites: Bite[];
}

/** Deletes what is over: each replica tries every hour, one of them does it. */
export class HourlyChore {
  private readonly logger = new Logger('HourlyChore');
  private readonly stopping = new AbortController();
  private running: Promise<unknown> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: KeyValueStore,
    private readonly chore: Chore,
  ) {}

  /** Soon after the start too: a process that is restarted often must not leave it to others for ever. */
  start(): void {
    this.runAfter(firstRunMs);
  }

  /** Resolves once the bite at hand is done. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /** Does it, unless a replica has done so within the hour; how many went. */
  async runOnce(): Promise<number> {
    const claimed = await this.store.setIfAbsent(this.chore.name, 'claimed', claimMs);
    if (!claimed) return 0;
    let deleted = 0;
    for (const bite of this.chore.bites) deleted += await this.repeat(bite);
    return deleted;
  }

  private runAfter(ms: number): void {
    this.timer = setTimeout(() => {
      this.runAfter(everyMs);
      this.running = this.run();
    }, ms).unref();
  }

  private async run(): Promise<void> {
    const { what } = this.chore;
    try {
      const deleted = await this.runOnce();
      if (deleted > 0) this.logger.log(`${deleted} ${what} were over and have been deleted`);
    } catch (error) {
      this.logger.error(`old ${what} could not be deleted; the next try is in an hour`, error);
    }
  }

  /** In small bites, so that neither locks nor the embedded database hold anybody up. */
  private async repeat(bite: Bite): Promise<number> {
    let deleted = 0;
    while (!this.stopping.signal.aborted) {
      const bitten = await bite(this.chore.size);
      deleted += bitten;
      if (bitten < this.chore.size) break;
      await sleep(pauseMs, undefined, { ref: false });
    }
    return deleted;
  }
}
