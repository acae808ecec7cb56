import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LogOutput } from './log-output.js';

type Write = (fd: number, piece: Buffer, done: (error: unknown, written: number) => void) => void;

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

  const writeBy = (system: Write) => void (fs.write = system as typeof fs.write);
  /** What the system does with the next pieces: how many bytes of one it takes, or why it takes none. */
  const system = (...answers: (number | string)[]) => {
    writeBy((fd, piece, done) => {
      const answer = answers.shift();
      if (typeof answer === 'string')
        return void setImmediate(done, Object.assign(new Error(), { code: answer }), 0);
      write(fd, piece.subarray(0, answer), done);
    });
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
    writeBy((fd, piece, done) => {
      take = () => {
        fs.write = write;
        write(fd, piece, done);
      };
    });
    const output = new LogOutput(file);
    const line = `${'x'.repeat(1 << 20)}\n`;
    for (let i = 0; i < 20; i++) output.write(line);
    take!();
    expect(await written(Array.from({ length: 4 }, () => line))).toBe(true);
    output.write('the last\n');
    expect(await written([line, line, line, line, 'the last\n'])).toBe(true);
  });

  it('tells each line that it drops, and how many were, at the place where they are missing', async () => {
    system(...Array.from({ length: 5 }, () => 'EAGAIN'));
    const output = new LogOutput(file);
    let dropped = 0;
    output.onLoss = () => dropped++;
    output.onRecovery = (lines) => output.write(`${lines} were lost\n`);
    const line = `${'x'.repeat(1 << 20)}\n`;
    for (let i = 0; i < 20; i++) output.write(line);
    expect(dropped).toBe(16);
    const before = Array.from({ length: 4 }, () => line);
    expect(await written([...before, '16 were lost\n'])).toBe(true);
    output.write('after\n');
    expect(await written([...before, '16 were lost\n', 'after\n'])).toBe(true);
    expect(dropped).toBe(16);
  });

  describe('when the process ends', () => {
    let end: () => void;
    beforeEach(() => {
      process.once = ((_event: string, listener: () => void) =>
        (end = listener)) as unknown as typeof process.once;
    });
    afterEach(() => {
      // Below it stands that of all emitters.
      Reflect.deleteProperty(process, 'once');
    });

    it('has what is left of the line that was being written before the next one', async () => {
      system(3, 'ENOSPC');
      const output = new LogOutput(file);
      for (const line of ['the first\n', 'the second\n']) output.write(line);
      await sleep(20);
      expect(fs.readFileSync(path, 'utf8')).toBe('the');
      writeBy(() => undefined);
      end();
      expect(fs.readFileSync(path, 'utf8')).toBe('the first\nthe second\n');
    });

    it('never glues a line to one that may have broken off', () => {
      writeBy((fd, piece) => void fs.writeSync(fd, piece, 0, 5000));
      const output = new LogOutput(file);
      const first = `${'x'.repeat(9000)}\n`;
      for (const line of [first, 'the second\n']) output.write(line);
      end();
      expect(fs.readFileSync(path, 'utf8')).toBe(`${'x'.repeat(5000)}\nthe second\n`);
    });

    it('breaks no line that the system takes as a whole', () => {
      writeBy((fd, piece) => void fs.writeSync(fd, piece));
      const output = new LogOutput(file);
      for (const line of ['the first\n', 'the second\n']) output.write(line);
      end();
      expect(fs.readFileSync(path, 'utf8')).toBe('the first\nthe second\n');
    });
  });
});
