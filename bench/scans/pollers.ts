import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { require2xx } from './call.js';
import type { Scan } from './scan.js';

export interface Polling {
  /** Answers a second so far. */
  rate(): number;
  /** @throws Error where one was refused */
  stop(): Promise<void>;
}

/** Browsers that each ask once in `pollMs`, spread over it. */
export function startPolling(scans: Scan[]): Polling {
  const stopping = new AbortController();
  setMaxListeners(scans.length, stopping.signal);
  const startedAt = performance.now();
  let answers = 0;
  const polling = Promise.all(
    scans.map((scan, i) => {
      return poll(scan, (i / scans.length) * scan.pollMs, stopping.signal, () => (answers += 1));
    }),
  );
  polling.catch(() => undefined);
  return {
    rate: () => (answers / (performance.now() - startedAt)) * 1000,
    stop: async () => {
      stopping.abort();
      await polling;
    },
  };
}

async function poll(
  { url, cookie, pollMs }: Scan,
  beginAfterMs: number,
  signal: AbortSignal,
  answered: () => void,
): Promise<void> {
  const isOver = () => signal.aborted;
  const wait = (ms: number) => sleep(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
  for (let at = performance.now() + beginAfterMs; !isOver(); at += pollMs) {
    await wait(at - performance.now());
    if (isOver()) return;
    await require2xx(url, { headers: { cookie } });
    answered();
  }
}
