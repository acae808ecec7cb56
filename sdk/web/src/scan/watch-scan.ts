import type { Api } from '../api.js';
import { Deadline } from '../deadline.js';
import { backoffMs, pause } from '../persist.js';
import { WxpassError } from '../wxpass-error.js';
import { pollStates } from './poll-states.js';
import { isFinal, type Scan, type ScanState } from './scan.js';
import { streamStates } from './stream-states.js';

/** How much longer than the scan's life to ask, where the service could not be reached to say that it is over. */
const graceMs = 10_000;

type Transport = typeof streamStates;

/** Each state that a scan passes through, the final one last, over whatever reaches the service. @throws WxpassError */
export async function* watchScan(api: Api, scan: Scan, signal: AbortSignal): AsyncGenerator<ScanState> {
  const life = new Deadline(scan.expiresIn * 1000 + graceMs, signal);
  let transport: Transport = streamStates;
  let known: ScanState = { status: scan.status };
  try {
    for (let failures = 0; ; failures++) {
      let heard = false;
      let atLeastMs: number | undefined;
      try {
        for await (const state of transport(api, scan, known, life.signal)) {
          heard = true;
          failures = 0;
          // A new stream begins with what was already told.
          if (state.status === known.status || state.status === 'pending') continue;
          known = state;
          yield state;
          if (isFinal(state.status)) return;
        }
      } catch (error) {
        life.signal.throwIfAborted();
        if (isGone(error)) throw error;
        if (error instanceof WxpassError) atLeastMs = error.retryAfterMs;
        if (transport === pollStates && !(error instanceof WxpassError && error.mayPass)) throw error;
      }
      if (transport === streamStates && !heard) transport = pollStates;
      else await pause(backoffMs(failures, atLeastMs), life.signal);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!life.signal.aborted && !isGone(error)) throw error;
    yield { status: 'expired' };
  } finally {
    life.clear();
  }
}

/** The service knows nothing of the scan any more. */
function isGone(error: unknown): boolean {
  return error instanceof WxpassError && (error.status === 404 || error.status === 410);
}
