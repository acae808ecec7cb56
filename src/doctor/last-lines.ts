import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

const mostLines = 300;
/** So many lines of the longest that a request makes. */
const mostBytes = 4 * 1024 * 1024;
const input = ['-', '/dev/stdin'];

/**
 * The last lines of a file, or of stdin where it is `-`; undefined where it is no file.
 * @throws what the system says of a file that cannot be read
 */
export async function lastLines(file: string): Promise<string[] | undefined> {
  const end = input.includes(file) ? await endOfInput(process.stdin) : await endOfFile(file);
  // The first of what was cut is half a line.
  return end?.text
    .trimEnd()
    .split('\n')
    .slice(end.isCut ? 1 : 0)
    .slice(-mostLines);
}

async function endOfFile(file: string) {
  // A pipe that nobody writes to would keep us waiting.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return undefined;
    const length = Math.min(stats.size, mostBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, stats.size - length);
    return { text: buffer.toString('utf8', 0, bytesRead), isCut: stats.size > length };
  } finally {
    await handle.close();
  }
}

async function endOfInput(chunks: AsyncIterable<Buffer>) {
  const end: Buffer[] = [];
  let size = 0;
  let isCut = false;
  for await (const chunk of chunks) {
    end.push(chunk);
    size += chunk.length;
    while (size - end[0]!.length >= mostBytes) {
      size -= end.shift()!.length;
      isCut = true;
    }
  }
  return { text: Buffer.concat(end).toString('utf8'), isCut };
}
