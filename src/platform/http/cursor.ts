import { parse, stringify } from 'uuid';

/** An id as the cursor of a page, which callers are not meant to read. */
export function toCursor(id: string): string {
  return Buffer.from(parse(id)).toString('base64url');
}

/** The id in a cursor; nothing where it is none of ours. */
export function fromCursor(cursor: string): string | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.length !== 16 || bytes.toString('base64url') !== cursor) return undefined;
  try {
    return stringify(bytes);
  } catch {
    return undefined;
  }
}
