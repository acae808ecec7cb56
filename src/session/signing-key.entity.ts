import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, timeColumn } from '../platform/database/columns.js';

/** A key pair that signs access tokens; replicas share it through this row. */
@Entity('signing_keys')
@Index('signing_keys_sequence', ['sequence'], { unique: true })
export class SigningKeyEntity {
  /** RFC 7638 thumbprint of the public key. */
  @PrimaryColumn({ type: 'varchar', length: 64, charset: 'utf8mb4', collation: 'utf8mb4_bin' })
  kid: string;

  /** 1, 2, 3 …; unique, so that replicas that make a first key at once end up with one. */
  @Column({ type: 'int' })
  sequence: number;

  @Column(exactColumn(16))
  algorithm: string;

  @Column({ type: 'text', name: 'public_jwk' })
  publicJwk: string;

  @Column({ type: 'text', name: 'private_sealed' })
  privateSealed: string;

  @Column(timeColumn({ name: 'created_at' }))
  createdAt: number;
}
