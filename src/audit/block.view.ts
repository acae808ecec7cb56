import type { BlockEntity, BlockKind } from './block.entity.js';

/** A block as operators see it. */
export interface BlockView {
  id: string;
  kind: BlockKind;
  value: string;
  reason: string;
  createdAt: string;
  /** Null: stands until it is removed. */
  expiresAt: string | null;
}

export function toBlockView({ id, kind, value, reason, createdAt, expiresAt }: BlockEntity): BlockView {
  return {
    id,
    kind,
    value,
    reason,
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
  };
}
