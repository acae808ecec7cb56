import { existsSync, readFileSync } from 'node:fs';

/** Of package.json, which lies three folders above this file in src, and four in dist. */
export const ownVersion = readVersion(['../../../package.json', '../../../../package.json']);

function readVersion(places: string[]): string {
  const file = places.map((place) => new URL(place, import.meta.url)).find((url) => existsSync(url));
  if (!file) throw new Error('package.json is not beside src or dist');
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
