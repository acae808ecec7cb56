import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { describeError } from '../platform/observability/describe-error.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';
import { Blocklist } from './blocklist.service.js';
import { Nonces } from './nonces.service.js';

const everyMs = 60 * 60_000;
const firstMs = 60_000;
/** Shorter than the pause, so that the one who cleaned last may be the next. */
const claimMs = everyMs - 60_000;

/** Deletes expired blocks and nonces once an hour, whichever replica comes first. */
@Injectable()
export class RiskCleaning implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('RiskCleaning');
  private timer: NodeJS.Timeout | undefined;
  private first: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: KeyValueStore,
    private readonly blocklist: Blocklist,
    private readonly nonces: Nonces,
  ) {}

  /** Soon after the start too: a process that is restarted often must not leave it to others for ever. */
  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.clean(), everyMs).unref();
    this.first = setTimeout(() => void this.clean(), firstMs).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
    clearTimeout(this.first);
  }

  /** Never rejects: what was not deleted is deleted an hour later. */
  async clean(): Promise<void> {
    try {
      if (!(await this.store.setIfAbsent('risk-cleaning', '', claimMs))) return;
      await this.blocklist.deleteExpired();
      await this.nonces.deleteExpired();
    } catch (error) {
      this.logger.warn(`expired blocks and nonces stay for another hour: ${describeError(error).message}`);
    }
  }
}
