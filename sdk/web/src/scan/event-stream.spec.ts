import { readEvents } from './event-stream.js';

/** Reads a text that arrives in pieces of so many bytes. */
async function read(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  let heard = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, (at += size)));
    },
  });
  const events = [];
  for await (const event of readEvents(body, () => heard++)) events.push(event);
  return { events, heard };
}

describe('a stream of server-sent events', () => {
  const text =
    ': hello\n\nretry: 2000\n\nid: a\nevent: status\ndata: {"user":"小明"}\n\ndata: one\ndata:two\n\n';
  const expected = [
    { event: 'status', data: '{"user":"小明"}' },
    { event: 'message', data: 'one\ntwo' },
  ];

  it.each([1, 2, 3, 7, 1000])('is read alike in pieces of %d bytes', async (size) => {
    const { events, heard } = await read(text, size);
    expect(events).toEqual(expected);
    expect(heard).toBe(Math.ceil(new TextEncoder().encode(text).length / size));
  });

  it.each(['\r\n', '\r'])('may end its lines with %j', async (end) => {
    expect((await read(text.replaceAll('\n', end), 1)).events).toEqual(expected);
  });

  it('gives nothing for an event that is cut off', async () => {
    expect((await read('event: status\ndata: {"sta', 4)).events).toEqual([]);
  });
});
