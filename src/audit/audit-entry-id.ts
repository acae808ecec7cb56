import { parse, stringify, v7 } from 'uuid';

const lastMoment = 2 ** 48 - 1;
let sequence = 0;

/**
 * An id that sorts by `at` (milliseconds), then by when it was made: unlike those of a running clock it never tells
 * another time than its entry.
 */
export function newEntryId(at: number): string {
  sequence = (sequence + 1) >>> 0;
  return v7({ msecs: at, seq: sequence });
}

/** What every id of that millisecond or a later one is equal to or greater than. */
export function firstIdAt(at: number): string {
  const moment = Math.min(Math.max(Math.ceil(at), 0), lastMoment);
  const hex = moment.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

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
