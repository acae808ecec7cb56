import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './source-tree.js';

const folders = ['src', 'sdk', 'test', 'bench', 'migrations', 'scripts'];

describe('npm test', () => {
  const listed = () =>
    execFileSync(process.execPath, ['scripts/test.mjs', '--listTests'], { cwd: root, encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.startsWith(root))
      .map((file) => relative(root, file));
  const isFault = (file: string) => file.endsWith('.fault-spec.ts');

  it('runs every test file once, and those last that hold the service to times', () => {
    const files = listed();
    expect(files.toSorted()).toEqual(specs());
    expect(files.slice(files.findIndex(isFault)).every(isFault)).toBe(true);
  });

  it('leaves no file that holds the service to times among those that run at once', () => {
    const holding = specs().filter((file) =>
      /from '.*\/time-limits\.js'/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(holding.length).toBeGreaterThan(3);
    expect(holding.filter((file) => !isFault(file))).toEqual([]);
  });
});

/** Whatever calls itself a test. */
function specs(): string[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /spec\.[cm]?[jt]sx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules'))
    .toSorted();
}
