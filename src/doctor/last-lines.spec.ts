import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastLines } from './last-lines.js';

const folder = mkdtempSync(join(tmpdir(), 'wxpass-lines-'));
const fileOf = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('the last lines of a file', () => {
  it('are all of a short one', async () => {
    expect(await lastLines(fileOf('short', 'a\nb\n'))).toEqual(['a', 'b']);
  });

  it('are the last 300, also where long ones are among them', async () => {
    const long = 'x'.repeat(12_000);
    const lines = Array.from({ length: 1000 }, (_, i) => `${i} ${i % 2 ? long : ''}`);
    expect(await lastLines(fileOf('long', `${lines.join('\n')}\n`))).toEqual(lines.slice(-300));
  });

  it('leave out half a line at the beginning', async () => {
    const lines = ['x'.repeat(5 << 20), 'y', 'z'];
    expect(await lastLines(fileOf('half', lines.join('\n')))).toEqual(['y', 'z']);
  });

  it('are none where it is no file, and nobody is waited for', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, folder, '/dev/null']) expect(await lastLines(path)).toBeUndefined();
  });
});
