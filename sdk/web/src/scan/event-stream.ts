export interface ServerEvent {
  event: string;
  data: string;
}

/** Reads server-sent events off a body; comments and retry times are passed over, but heard of as bytes. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onBytes();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split(/\r\n\r\n|\n\n|\r\r/);
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parse(block);
        if (event.data !== '') yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parse(block: string): ServerEvent {
  const fields = block.split(/\r\n|\n|\r/).map((line) => /^([^:]*):? ?(.*)$/.exec(line) ?? []);
  const all = (wanted: string) => fields.filter(([, name]) => name === wanted).map(([, , value]) => value);
  return { event: all('event').at(-1) ?? 'message', data: all('data').join('\n') };
}
