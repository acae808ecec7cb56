import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogOutput } from './log-output.js';

describe('what a log is written to', () => {
  const path = join(fs.mkdtempSync(join(tmpdir(), 'wxpass-log-')), 'log');
  const write = fs.write;
  let file: number;

  beforeEach(() => {
    file = fs.openSync(path, 'w+');
  });
  afterEach(() => {
    fs.write = write;
    fs.closeSync(file);
  });

  /** What the system does with the next pieces: how many bytes of one it takes, or why it takes none. */
  const system = (...answers: (number | string)[]) => {
    fs.write = ((fd: number, piece: Buffer, done: (error: unknown, written: number) => void) => {
      const answer = answers.shift();
      if (typeof answer === 'string')
        return void setImmediate(done, Object.assign(new Error(), { code: answer }), 0);
      write(fd, piece.subarray(0, answer), done);
    }) as typeof fs.write;
  };
  const written = async (lines: string[]) => {
    const wanted = lines.join('');
    for (let i = 0; i < 100 && fs.readFileSync(path, 'utf8').length < wanted.length; i++) await sleep(20);
    return fs.readFileSync(path, 'utf8') === wanted;
  };

  it('has every line in order, however slowly and piecemeal the system takes them', async () => {
    system(3, 'EAGAIN', 1, 'ENOSPC', 7);
    const output = new LogOutput(file);
    const lines = Array.from({ length: 5000 }, (_, i) => `第 ${i} 行 with some words of a log\n`);
    for (const line of lines) output.write(line);
    expect(await written(lines)).toBe(true);
  });

  it('drops what comes while too much waits, and goes on afterwards', async () => {
    let take: (() => void) | undefined;
    fs.write = ((fd: number, piece: Buffer, done: (error: unknown, written: number) => void) => {
      take = () => {
        fs.write = write;
        write(fd, piece, done);
      };
    }) as typeof fs.write;
    const output = new LogOutput(file);
    const line = `${'x'.repeat(1 << 20)}\n`;
    for (let i = 0; i < 20; i++) output.write(line);
    take!();
    expect(await written(Array.from({ length: 4 }, () => line))).toBe(true);
    output.write('the last\n');
    expect(await written([line, line, line, line, 'the last\n'])).toBe(true);
  });
});
