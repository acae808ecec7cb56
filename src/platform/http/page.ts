import { z } from 'zod';
import { fromCursor, toCursor } from './cursor.js';
import { parseRequest } from './validation.js';

/** What every list says of its cursor. */
export const cursorMeaning = 'The nextCursor of the page before; absent for the first page';

/** The query of every list; the cursor is what the page before ended with. */
export const pageRequest = z.strictObject({
  cursor: z.string().min(1).max(64).optional().describe(cursorMeaning),
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('Items of a page'),
});

export type PageRequest = z.infer<typeof pageRequest>;

const ownCursor = z.object({ cursor: z.string().refine((text) => fromCursor(text) !== undefined) });

/** The form of every list. */
export interface Page<Item> {
  items: Item[];
  /** Null on the last page. */
  nextCursor: string | null;
}

export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().describe('Asks for the next page; null on the last one'),
  });
}

/** @param rows one more than the page holds, where there are more */
export function pageOf<Row extends { id: string }, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  return { items: shown.map(toItem), nextCursor: rows.length > limit ? toCursor(shown.at(-1)!.id) : null };
}

/**
 * The id that the page before ended with.
 * @throws AppError invalid_request naming `cursor`, where it is none of ours
 */
export function idOfCursor(cursor: string): string {
  return fromCursor(parseRequest(ownCursor, { cursor }).cursor)!;
}
