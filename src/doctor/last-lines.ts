import { open } from 'node:fs/promises';

const mostBytes = 128 * 1024;
const mostLines = 300;

/** The last lines of a file, or of stdin where it is `-`. @throws what the system says of a file that cannot be read */
export async function lastLines(file: string): Promise<string[]> {
  const { text, isCut } = file === '-' ? await endOfInput(process.stdin) : await endOfFile(file);
  // The first of what was cut is half a line.
  return text
    .trimEnd()
    .split('\n')
    .slice(isCut ? 1 : 0)
    .slice(-mostLines);
}

async function endOfFile(file: string) {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, mostBytes);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return { text: buffer.toString('utf8'), isCut: size > length };
  } finally {
    await handle.close();
  }
}

async function endOfInput(input: AsyncIterable<Buffer>) {
  let end = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of input) {
    size += chunk.length;
    end = Buffer.concat([end, chunk]).subarray(-mostBytes);
  }
  return { text: end.toString('utf8'), isCut: size > end.length };
}
