import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, timeColumn } from '../platform/database/columns.js';

/** A key pair that signs access tokens; replicas share it through this row. */
@Entity('signing_keys')
@Index('signing_keys_sequence', ['sequence'], { unique: true })
export class SigningKeyEntity {
  /** RFC 7638 thumbprint of the public key. */
  @PrimaryColumn({ type: 'varchar', length: 64, charset: 'utf8mb4', collation: 'utf8mb4_bin' })
  kid: string;

  /** 1, 2, 3 …; unique, so that of processes that make the next key at once one makes it. */
  @Column({ type: 'int' })
  sequence: number;

  @Column(exactColumn(16))
  algorithm: string;

  /** What is published is derived from the private half, which is sealed; this where that cannot be opened. */
  @Column({ type: 'text', name: 'public_jwk' })
  publicJwk: string;

  @Column({ type: 'text', name: 'private_sealed' })
  privateSealed: string;

  @Column(timeColumn({ name: 'created_at' }))
  createdAt: number;

  /** Published before, so that verifiers know it by its first signature. */
  @Column(timeColumn({ name: 'signs_from', default: 0 }))
  signsFrom: number;

  /** How long, counted from when a younger key takes over, a token may live that it signed; the default is safe. */
  @Column(timeColumn({ name: 'token_ttl_ms', default: 86_400_000 }))
  tokenTtlMs: number;
}
