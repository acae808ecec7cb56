import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The pages' script, style and icon, named after their content. */
export interface BuiltAssets {
  folder: string;
  /** File names. */
  script: string;
  style: string;
  icon: string;
}

/** As `npm run build` left them in dist, seen from this file in src, in dist/src, and in build/src of the tools. */
export function builtAssets(): BuiltAssets {
  const places = ['../../dist/pages/', '../../pages/', '../../../dist/pages/'].map((place) =>
    fileURLToPath(new URL(place, import.meta.url)),
  );
  const folder = places.find((place) => existsSync(join(place, 'assets.json')));
  if (folder === undefined) throw new Error('The pages are not built: npm run build');
  const names = JSON.parse(readFileSync(join(folder, 'assets.json'), 'utf8')) as Omit<BuiltAssets, 'folder'>;
  return { folder: join(folder, 'assets'), ...names };
}
