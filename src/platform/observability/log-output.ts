import fs from 'node:fs';
import type { DestinationStream } from 'pino';

const keptCharacters = 4 << 20;
const pieceCharacters = 64 << 10;
const againMs = 100;
const lastWordsMs = 500;
const pauseMs = 10;
/** Up to so many bytes a pipe takes as a whole or not at all. */
const wholeBytes = 4096;
const nothing = Buffer.alloc(0);
const lineEnd = Buffer.from('\n');

/**
 * An open file as a log: lines are written aside and in order. A reader that stalls, is gone, or has no room costs lines
 * and nothing else: past a bound they are dropped, until writing succeeds again.
 */
export class LogOutput implements DestinationStream {
  /** Called for each line that is dropped. */
  onLoss: () => void = () => undefined;
  /** Called once writing succeeds again, with how many were dropped; what it writes stands where they are missing. */
  onRecovery: (lines: number) => void = () => undefined;

  private lines: string[] = [];
  private characters = 0;
  private isWriting = false;
  /** What the system has not taken yet of the lines that are being written. */
  private rest: Buffer = nothing;
  private isInHand = false;
  private lost = 0;

  constructor(private readonly file: number) {
    if (file === 1) keepFromBlocking();
    process.once('exit', () => this.writeLastWords());
  }

  write(line: string): void {
    if (this.characters + line.length > keptCharacters) return this.drop();
    this.lines.push(line);
    this.characters += line.length;
    if (!this.isWriting) this.writeNext();
  }

  private drop(): void {
    this.lost++;
    this.onLoss();
  }

  private writeNext(): void {
    this.isWriting = this.lines.length > 0;
    if (!this.isWriting) return;
    this.rest = this.takePiece();
    this.writeRest();
  }

  private writeRest(): void {
    this.isInHand = true;
    fs.write(this.file, this.rest, (error, written) => {
      this.isInHand = false;
      if (error) return void setTimeout(() => this.writeRest(), againMs).unref();
      this.rest = this.rest.subarray(written);
      if (this.rest.length > 0) return this.writeRest();
      this.writeNext();
      this.tellLoss();
    });
  }

  private tellLoss(): void {
    const { lost } = this;
    this.lost = 0;
    if (lost > 0) this.onRecovery(lost);
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
    if (this.isInHand) this.rest = this.afterWhatIsInHand();
    while (this.rest.length + this.lines.length > 0 && Date.now() < deadline) {
      if (this.rest.length === 0) this.rest = this.takePiece();
      const taken = writeNow(this.file, this.rest);
      if (taken === undefined) return;
      this.rest = this.rest.subarray(taken);
    }
  }

  /** Nobody hears any more how much of it was taken: where it may break off within a line, the next begins on its own. */
  private afterWhatIsInHand(): Buffer {
    return this.lines.length > 0 && this.rest.length > wholeBytes ? lineEnd : nothing;
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
