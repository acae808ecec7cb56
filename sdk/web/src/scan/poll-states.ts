import type { Api } from '../api.js';
import { pause } from '../persist.js';
import { scanHeaders, scanPath, type Scan, type ScanState } from './scan.js';

const waitSeconds = 25;

/** A scan's states by asking again and again; each question waits at the service for a change. */
export async function* pollStates(
  api: Api,
  scan: Scan,
  known: ScanState,
  signal: AbortSignal,
): AsyncGenerator<ScanState> {
  for (let last = known.status; ;) {
    const askedAt = Date.now();
    const state = await api.call<ScanState>(`${scanPath(scan)}?wait=${waitSeconds}&status=${last}`, {
      headers: scanHeaders(scan),
      timeLimitMs: (waitSeconds + 10) * 1000,
      signal,
    });
    yield state;
    const restMs = askedAt + scan.pollInterval * 1000 - Date.now();
    if (state.status === last && restMs > 0) await pause(restMs, signal);
    last = state.status;
  }
}
