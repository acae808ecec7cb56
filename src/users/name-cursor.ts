import { parse, stringify } from 'uuid';
import type { NamedPlace } from './user-list-statements.js';

const idBytes = 16;
/** Of 64 code points, each of 4 bytes. */
const longestNameBytes = 256;

/** How long a cursor of a list of users may be. */
export const longestUserCursor = Math.ceil(((idBytes + longestNameBytes) * 8) / 6);

/** A place in the order of names as the cursor of a page, longer than one that is an id. */
export function toNameCursor({ name, id }: NamedPlace): string {
  return Buffer.concat([parse(id), Buffer.from(name)]).toString('base64url');
}

/** The place in a cursor; nothing where it is none in the order of names. */
export function fromNameCursor(cursor: string): NamedPlace | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length <= idBytes || bytes.toString('base64url') !== cursor) return undefined;
  const name = bytes.toString('utf8', idBytes);
  if (name.includes('\0')) return undefined;
  try {
    return { id: stringify(bytes.subarray(0, idBytes)), name };
  } catch {
    return undefined;
  }
}
