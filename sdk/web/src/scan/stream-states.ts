import { failureOf, type Api } from '../api.js';
import { Deadline } from '../deadline.js';
import { readEvents } from './event-stream.js';
import { scanHeaders, scanPath, type Scan, type ScanState } from './scan.js';

/** A stream that says nothing for this long is held back by some proxy. */
const firstByteMs = 5_000;
/** The service sends at least a comment each 15 s. */
const silenceMs = 35_000;

/** A scan's states as server-sent events. By fetch and not EventSource, which can neither send the scan token nor tell an end from a failure. */
export async function* streamStates(
  api: Api,
  scan: Scan,
  _known: ScanState,
  signal: AbortSignal,
): AsyncGenerator<ScanState> {
  const deadline = new Deadline(firstByteMs, signal);
  try {
    const headers = { accept: 'text/event-stream', ...scanHeaders(scan) };
    const response = await api.send(`${scanPath(scan)}/events`, { headers, signal: deadline.signal });
    if (!response.ok || !response.body) throw await failureOf(response);
    for await (const { event, data } of readEvents(response.body, () => deadline.extend(silenceMs))) {
      if (event === 'status') yield JSON.parse(data) as ScanState;
    }
  } finally {
    deadline.clear();
  }
}
