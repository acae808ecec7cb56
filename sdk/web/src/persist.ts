import { mayPass } from './wxpass-error.js';

const firstPauseMs = 500;
const longestPauseMs = 15_000;

interface Patience {
  /** How long to go on trying; for ever where absent. */
  forMs?: number;
  signal?: AbortSignal;
  /** Hears of each failure that is not the last. */
  onFailure?: (error: unknown) => void;
}

/** Does the work again, ever more slowly, while it fails for reasons that pass: no network, 429, 5xx. */
export async function persist<T>(work: () => Promise<T>, patience: Patience = {}): Promise<T> {
  const { forMs = Infinity, signal, onFailure } = patience;
  const endsAt = Date.now() + forMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!mayPass(error)) throw error;
      const pauseMs = backoffMs(attempt, error.retryAfterMs);
      if (Date.now() + pauseMs > endsAt) throw error;
      onFailure?.(error);
      await pause(pauseMs, signal);
    }
  }
}

/** Half a second, doubling, half of it by chance, so that browsers do not come back all at once. */
export function backoffMs(attempt: number, atLeastMs = 0): number {
  const fullMs = Math.min(firstPauseMs * 2 ** attempt, longestPauseMs);
  return Math.max(atLeastMs, (fullMs * (1 + Math.random())) / 2);
}

/** Waits; not longer than until the browser is online again. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const page = globalThis as Partial<EventTarget>;
    const stop = () => {
      clearTimeout(timer);
      page.removeEventListener?.('online', end);
      signal?.removeEventListener('abort', abort);
    };
    const end = () => {
      stop();
      resolve();
    };
    const abort = () => {
      stop();
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(end, ms);
    page.addEventListener?.('online', end);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) abort();
  });
}
