import fs from 'node:fs';

/** Reads what this process would write to standard output: the log of a service that runs in it, with LOG_FORMAT json. */
export function captureLog(): { text(): string; release(): void } {
  const original = fs.write;
  const chunks: string[] = [];
  const capture = (fd: number, chunk: string | Buffer, ...rest: unknown[]) => {
    if (fd !== 1) return (original as (...all: unknown[]) => void)(fd, chunk, ...rest);
    chunks.push(String(chunk));
    const done = rest.at(-1) as (error: null, written: number) => void;
    process.nextTick(done, null, Buffer.byteLength(chunk));
  };
  fs.write = capture as typeof fs.write;
  return {
    text: () => chunks.join(''),
    release() {
      fs.write = original;
    },
  };
}
