import pLimit from 'p-limit';
import { AppError } from '../platform/errors/app-error.js';

export interface HashQueueLimits {
  /** How many are computed at the same time. */
  atOnce: number;
  /** How many may wait for that. */
  waiting: number;
  /** How long, in milliseconds. */
  patienceMs: number;
}

/** Lets a few at once do what takes a core and much memory, and a bounded number wait for a bounded time. */
export class HashQueue {
  private readonly inTurn: ReturnType<typeof pLimit>;

  constructor(private readonly limits: HashQueueLimits) {
    this.inTurn = pLimit(limits.atOnce);
  }

  /** How many are being computed. */
  get running(): number {
    return this.inTurn.activeCount;
  }

  get waiting(): number {
    return this.inTurn.pendingCount;
  }

  /** @throws AppError dependency_unavailable where too many wait, or too long; then the work has not begun */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.inTurn.pendingCount >= this.limits.waiting) throw busy();
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(busy()), this.limits.patienceMs);
    return Promise.race([
      aborted(patience.signal),
      this.inTurn(async () => {
        clearTimeout(timer);
        patience.signal.throwIfAborted();
        return work();
      }),
    ]);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function busy(): AppError {
  return new AppError('dependency_unavailable', {
    retryAfterSeconds: 2,
    privateMessage: 'too many passwords wait to be hashed',
  });
}
