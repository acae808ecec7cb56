import { z } from 'zod';
import { auditEvents } from '../audit/audit-event.js';
import { parseAddressRange } from '../platform/http/address-range.js';
import { pageRequest } from '../platform/http/page.js';
import { moment } from './moment.schemas.js';

/** The audit log knows addresses, in their one spelling; no range of them. */
const address = z.string().max(64).transform(toAddress);

/** What may be asked of the audit log. */
export const auditQuery = pageRequest.extend({
  event: z.enum(auditEvents).optional().describe('Only acts of this kind'),
  userId: z.string().min(1).max(36).optional().describe('Only acts about this user'),
  address: address.optional().describe('In any spelling'),
  blocked: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Whether a limit or the blocklist stood in the way'),
  from: moment.optional().describe('ISO 8601; this moment included'),
  to: moment.optional().describe('ISO 8601; this moment not included'),
});

function toAddress(text: string, context: z.core.$RefinementCtx<string>): string {
  const range = parseAddressRange(text);
  if (range !== undefined && !range.includes('/')) return range;
  context.addIssue('must be an address');
  return z.NEVER;
}
