import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyValueStore, Listener, Unsubscribe } from './key-value-store.js';

const againMs = 1000;

/** Listens from the moment the store can be listened to, however late that is, until the signal aborts. */
export async function keepListening(
  store: KeyValueStore,
  channel: string,
  listener: Listener,
  signal: AbortSignal,
): Promise<void> {
  let unsubscribe: Unsubscribe | undefined;
  signal.addEventListener('abort', () => unsubscribe?.());
  while (!signal.aborted && !unsubscribe) {
    try {
      unsubscribe = await store.subscribe(channel, listener);
    } catch {
      await sleep(againMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
  if (signal.aborted) unsubscribe?.();
}
