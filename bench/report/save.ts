import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'bench/results';

/**
 * Writes what one run has found beside that of other runs, and returns the file's path.
 * @param kind names the bench, where it is not `npm run bench` itself
 */
export function save(results: { at: string }, commit: string, kind?: string): string {
  const time = results.at.slice(0, 19).replaceAll(':', '-');
  const name = [time, commit, kind].filter((part) => part !== undefined).join('-');
  const file = join(folder, `${name}.json`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return file;
}
