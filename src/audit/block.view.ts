import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import { blockKinds, type BlockEntity } from './block.entity.js';

/** A block as operators see it. */
export const blockView = z.object({
  id: z.string(),
  kind: z.enum(blockKinds),
  value: z.string().describe('In its one spelling'),
  reason: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable().describe('Null: stands until it is removed'),
});

export type BlockView = z.infer<typeof blockView>;

export function toBlockView({ id, kind, value, reason, createdAt, expiresAt }: BlockEntity): BlockView {
  return {
    id,
    kind,
    value,
    reason,
    createdAt: isoTime(createdAt),
    expiresAt: expiresAt === null ? null : isoTime(expiresAt),
  };
}
