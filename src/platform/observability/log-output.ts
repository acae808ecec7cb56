import fs from 'node:fs';
import type { DestinationStream } from 'pino';

const keptCharacters = 4 << 20;
const pieceCharacters = 64 << 10;
const againMs = 100;
const lastWordsMs = 500;
const pauseMs = 10;

/**
 * An open file as a log: lines are written aside and in order. A reader that stalls, is gone, or has no room costs lines
 * and nothing else: past a bound they are dropped, until writing succeeds again.
 */
export class LogOutput implements DestinationStream {
  private lines: string[] = [];
  private characters = 0;
  private isWriting = false;

  constructor(private readonly file: number) {
    if (file === 1) keepFromBlocking();
    process.once('exit', () => this.writeLastWords());
  }

  write(line: string): void {
    if (this.characters + line.length > keptCharacters) return;
    this.lines.push(line);
    this.characters += line.length;
    if (!this.isWriting) this.writeNext();
  }

  private writeNext(): void {
    this.isWriting = this.lines.length > 0;
    if (this.isWriting) this.writePiece(this.takePiece());
  }

  private writePiece(piece: Buffer): void {
    fs.write(this.file, piece, (error, written) => {
      if (error) return void setTimeout(() => this.writePiece(piece), againMs).unref();
      if (written < piece.length) return this.writePiece(piece.subarray(written));
      this.writeNext();
    });
  }

  private takePiece(): Buffer {
    let [count, characters] = [0, 0];
    while (count < this.lines.length && characters < pieceCharacters)
      characters += this.lines[count++]!.length;
    this.characters -= characters;
    return Buffer.from(this.lines.splice(0, count).join(''));
  }

  /** What waits when the process ends, as far as it is taken soon. */
  private writeLastWords(): void {
    const deadline = Date.now() + lastWordsMs;
    while (this.lines.length > 0 && Date.now() < deadline) {
      const piece = this.takePiece();
      for (let written = 0; written < piece.length && Date.now() < deadline;) {
        const more = writeNow(this.file, piece.subarray(written));
        if (more === undefined) return;
        written += more;
      }
    }
  }
}

/** How many bytes were taken; nothing where none ever will be. */
function writeNow(file: number, bytes: Buffer): number | undefined {
  try {
    return fs.writeSync(file, bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return undefined;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return 0;
  }
}

/** Node makes a pipe non-blocking as soon as it is looked at; a write that blocks would never let the process end. */
function keepFromBlocking(): void {
  const kind = fs.fstatSync(1);
  if (kind.isFIFO() || kind.isSocket()) void process.stdout;
}
