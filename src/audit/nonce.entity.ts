import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { timeColumn } from '../platform/database/columns.js';

/** A nonce that was used; its row is what refuses it the next time. */
@Entity('nonces')
@Index('nonces_expiry', ['expiresAt'])
export class NonceEntity {
  /** Of the scope and the nonce. */
  @PrimaryColumn({ type: 'varchar', length: 43, charset: 'utf8mb4', collation: 'utf8mb4_bin' })
  hash: string;

  @Column(timeColumn({ name: 'expires_at' }))
  expiresAt: number;
}
