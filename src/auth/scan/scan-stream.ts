import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { ScanWatch } from './scan-watch.js';
import type { ScanView } from './scan.schemas.js';

const reconnectMs = 2_000;

/**
 * Writes what a browser is told as server-sent events, and a comment where there is nothing to tell. Written to the
 * socket itself: ten thousand may wait at once.
 */
export async function streamScan(
  reply: FastifyReply,
  watch: ScanWatch,
  news: AsyncGenerator<ScanView | undefined, void>,
): Promise<void> {
  endWithReply(watch, reply);
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  raw.write(`retry: ${reconnectMs}\n\n`);
  try {
    for await (const view of news) raw.write(view ? eventOf(view) : ':\n\n');
  } catch {
    // The store is away: the browser comes back by itself.
  }
  raw.end();
}

/** Who has left already, while it was found out whose the scan is, must not keep a place. */
export function endWithReply(watch: ScanWatch, { raw }: FastifyReply): void {
  raw.on('close', () => watch.end());
  if (raw.destroyed) watch.end();
}

function eventOf(view: ScanView): string {
  return `id: ${view.status}\nevent: status\ndata: ${JSON.stringify(view)}\n\n`;
}
