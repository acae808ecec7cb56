import { Injectable } from '@nestjs/common';
import { availableParallelism } from 'node:os';
import { Metrics } from '../platform/observability/metrics.js';
import { Argon2 } from './argon2.js';
import { HashQueue } from './hash-queue.js';

/** Of the four threads of libuv's pool, which files and names need too; and one core is left to the event loop. */
const mostAtOnce = 2;

/**
 * Hashes and compares passwords, a few at once: every call waits its turn, and throws AppError dependency_unavailable
 * where it would wait too long.
 */
@Injectable()
export class PasswordHasher {
  private readonly queue = new HashQueue({
    atOnce: Math.max(1, Math.min(availableParallelism() - 1, mostAtOnce)),
    waiting: 300,
    patienceMs: 3_000,
  });

  constructor(
    private readonly argon2: Argon2,
    metrics: Metrics,
  ) {
    metrics.read('passwordsRunning', () => [{ value: this.queue.running }]);
    metrics.read('passwordsWaiting', () => [{ value: this.queue.waiting }]);
  }

  hash(password: string): Promise<string> {
    return this.queue.run(() => this.argon2.hash(password));
  }

  /** Takes as long where there is no hash: the answer is no. */
  async matches(hash: string | undefined, password: string): Promise<boolean> {
    const matches = await this.queue.run(() => this.argon2.verify(hash ?? this.argon2.nobodys, password));
    return matches && hash !== undefined;
  }

  isOutdated(hash: string): boolean {
    return this.argon2.isOutdated(hash);
  }
}
