import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, textColumn, timeColumn } from '../platform/database/columns.js';

export const blockKinds = ['address', 'account'] as const;
export type BlockKind = (typeof blockKinds)[number];

/** Whom we let no more try to log in: an address, a range of them, or an account; one row each. */
@Entity('blocks')
@Index('blocks_value', ['kind', 'value'], { unique: true })
@Index('blocks_expiry', ['expiresAt'])
export class BlockEntity {
  @PrimaryColumn(idColumn)
  id: string;

  @Column(exactColumn(16))
  kind: BlockKind;

  /** In its one spelling, so that the same block is never there twice. */
  @Column(exactColumn(64))
  value: string;

  @Column(textColumn(255))
  reason: string;

  @Column(timeColumn({ name: 'created_at' }))
  createdAt: number;

  /** Null: stands until it is removed. */
  @Column(timeColumn({ name: 'expires_at', nullable: true }))
  expiresAt: number | null;
}
