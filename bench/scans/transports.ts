import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { againMs, call, openStream, replicaOf, unavailable } from './call.js';
import type { Scan, View } from './scan.js';

/** How a browser came to know that it is let in. */
export interface Told {
  view: View;
  at: number;
  replica: string | undefined;
}

/** Waits until the scan is confirmed; nothing where it has to come back. */
type Transport = (scan: Scan, signal: AbortSignal) => Promise<Told | undefined>;

export const transports: Record<string, Transport> = {
  poll: async ({ url, cookie, pollMs }, signal) => {
    for (;;) {
      const reply = await call<View>(url, { headers: { cookie }, signal });
      if (reply.status !== 200) return undefined;
      if (reply.data.status === 'confirmed') return told(reply.data, reply.replica);
      await sleep(pollMs, undefined, { signal });
    }
  },

  'long poll': async ({ url, cookie }, signal) => {
    for (let known = 'pending'; ;) {
      const reply = await call<View>(`${url}?wait=30&status=${known}`, { headers: { cookie }, signal });
      if (reply.status !== 200) return undefined;
      if (reply.data.status === 'confirmed') return told(reply.data, reply.replica);
      known = reply.data.status;
    }
  },

  SSE: async ({ url, cookie }, signal) => {
    const stream = await openStream(`${url}/events`, { cookie }, signal);
    let text = '';
    for await (const chunk of stream.setEncoding('utf8')) {
      text += String(chunk);
      const event = /^data: (.*"confirmed".*)$/m.exec(text);
      if (event) return told(JSON.parse(event[1]!) as View, replicaOf(stream));
    }
    return undefined;
  },

  WebSocket: async ({ url, cookie }, signal) => {
    const headers = { cookie, origin: new URL(url).origin };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`, { headers });
    let replica: string | undefined;
    socket.on('upgrade', (answer) => (replica = replicaOf(answer)));
    try {
      for (;;) {
        const [message] = (await Promise.race([
          once(socket, 'message', { signal }),
          once(socket, 'close', { signal }),
        ])) as [unknown];
        if (!Buffer.isBuffer(message)) return undefined;
        const view = JSON.parse(message.toString('utf8')) as View;
        if (view.status === 'confirmed') return told(view, replica);
      }
    } finally {
      socket.terminate();
    }
  },
};

/** As a browser does: whatever cuts it off, it comes back. @throws Error at the signal */
export async function waitBy(transport: string, scan: Scan, signal: AbortSignal): Promise<Told> {
  for (;;) {
    const answer = await transports[transport]!(scan, signal).catch(() => undefined);
    if (answer) return answer;
    await sleep(againMs, undefined, { signal });
    unavailable.answers += 1;
  }
}

function told(view: View, replica: string | undefined): Told {
  return { view, at: performance.now(), replica };
}
