import { z } from 'zod';

/**
 * A moment as ISO 8601 has it, in milliseconds since 1970: a time with Z or an offset, or a date, which is its first
 * moment in UTC.
 */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((text) => Date.parse(text));

/** The same, not over yet. */
export const momentToCome = moment.refine((at) => at > Date.now(), 'must not be over');
