import { z } from 'zod';
import { parseAddressRange } from '../platform/http/address-range.js';
import { parseRequest } from '../platform/http/validation.js';
import type { BlockKind } from './block.entity.js';

const longestAccount = 64;

const schemas: Record<BlockKind, z.ZodType<{ value: string }>> = {
  address: z.object({ value: z.string().transform(toAddressRange) }),
  account: z.object({
    value: z
      .string()
      .regex(/^\S(?:.*\S)?$/)
      .transform(inSmallLetters)
      .pipe(z.string().max(longestAccount)),
  }),
};

/**
 * The one spelling under which a block is kept.
 * @throws AppError invalid_request naming `value`, where it is no address, CIDR range or account
 */
export function canonicalBlockValue(kind: BlockKind, value: string): string {
  return parseRequest(schemas[kind], { value }).value;
}

/** Fit to be shown; whoever looks like it is blocked too, see BlocklistSnapshot. */
function inSmallLetters(account: string): string {
  return account.normalize('NFC').toLowerCase();
}

function toAddressRange(text: string, context: z.core.$RefinementCtx<string>): string {
  const range = parseAddressRange(text);
  if (range !== undefined) return range;
  context.addIssue('must be an address or a CIDR range');
  return z.NEVER;
}
