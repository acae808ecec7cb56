import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

export const root = join(__dirname, '../..');

/** Source files by their path from the project's root, with slashes. */
export type SourceTree = ReadonlyMap<string, string>;

export interface Import {
  from: string;
  /** As written: `./x.js`, `node:fs`, `zod`. */
  specifier: string;
  /** The file of the tree a relative specifier means, existing or not. */
  target: string | undefined;
}

/** What runs in production: everything under src but the tests. */
export function readSources(): SourceTree {
  const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    files.map((file) => [relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8')]),
  );
}

/** Imports and re-exports end their statement's last line, as prettier writes them; types count as well. */
const importPattern =
  /^(?:import|export|\}).*\bfrom '([^']+)'|^import '([^']+)'|\b(?:import|require)\(\s*'([^']+)'/gm;

export function importsOf(tree: SourceTree): Import[] {
  return [...tree].flatMap(([from, text]) =>
    [...text.matchAll(importPattern)].map(([, named, bare, called]) => {
      const specifier = (named ?? bare ?? called)!;
      return { from, specifier, target: resolve(from, specifier) };
    }),
  );
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return posix.join(dirname(from), specifier).replace(/\.js$/, '.ts');
}

/** The feature folder a file lies in; `top` for what lies directly in src, nothing outside of it. */
export function moduleOf(file: string): string | undefined {
  const [source, folder, rest] = file.split('/');
  if (source !== 'src') return undefined;
  return rest === undefined ? 'top' : folder;
}
