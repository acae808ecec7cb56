import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import { blockKinds, type BlockEntity } from './block.entity.js';

/** A block as operators see it. */
export const blockView = z.object({
  id: z.string().describe('By which it is removed'),
  kind: z.enum(blockKinds).describe('Whether an address, or a range of them, or an account'),
  value: z.string().describe('In its one spelling'),
  reason: z.string().describe('For operators; empty where none was given'),
  createdAt: z.iso.datetime().describe('When it was put on the list'),
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
