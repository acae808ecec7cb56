import { v7 } from 'uuid';

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
