import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, textColumn, timeColumn } from '../platform/database/columns.js';
import type { EndReason } from './end-reason.js';

/** How long a person stays: one row from a login to its end. */
@Entity('sessions')
@Index('sessions_user', ['userId', 'endedAt'])
@Index('sessions_expiry', ['expiresAt', 'endedAt'])
export class SessionEntity {
  @PrimaryColumn(idColumn)
  id: string;

  @ForeignKey('users', { name: 'sessions_of_user', onDelete: 'CASCADE' })
  @Column({ ...idColumn, name: 'user_id' })
  userId: string;

  /** The user's role, so that one look at the session decides a request. */
  @Column(exactColumn(16))
  role: string;

  /** The door's appId, `wxpass` for passwords. */
  @Column(exactColumn(64, { name: 'client_id' }))
  clientId: string;

  /** The door: a WeChat app kind, or `password`. */
  @Column(exactColumn(32))
  via: string;

  @Column(exactColumn(128, { name: 'device_id', nullable: true }))
  deviceId: string | null;

  @Column(exactColumn(16, { name: 'device_type' }))
  deviceType: string;

  @Column(textColumn(128, { name: 'device_name', nullable: true }))
  deviceName: string | null;

  @Column(exactColumn(64))
  address: string;

  @Column(textColumn(512, { name: 'user_agent', nullable: true }))
  userAgent: string | null;

  /** The session that begot this one and takes it along when it is ended; no foreign key, for it may be forgotten before. */
  @Column({ ...idColumn, name: 'parent_id', nullable: true })
  parentId: string | null;

  /** Hash of the part that all refresh tokens of this session share: who shows it once held one of them. */
  @Column(exactColumn(43, { name: 'family_hash' }))
  familyHash: string;

  @Column(exactColumn(43, { name: 'refresh_hash' }))
  refreshHash: string;

  @Column(exactColumn(43, { name: 'previous_hash', nullable: true }))
  previousHash: string | null;

  /** With the predecessor it yields the current refresh token, for a client that lost the answer. */
  @Column(exactColumn(43, { name: 'rotation_salt', nullable: true }))
  rotationSalt: string | null;

  @Column(timeColumn({ name: 'rotated_at' }))
  rotatedAt: number;

  @Column(timeColumn({ name: 'created_at' }))
  createdAt: number;

  /** When the person last proved who they are: earlier than the session only where a session begot another. */
  @Column(timeColumn({ name: 'authenticated_at', default: 0 }))
  authenticatedAt: number;

  @Column(timeColumn({ name: 'last_seen_at' }))
  lastSeenAt: number;

  /** End of the current refresh token; slides at each rotation. */
  @Column(timeColumn({ name: 'expires_at' }))
  expiresAt: number;

  /** The session's absolute end. */
  @Column(timeColumn({ name: 'max_expires_at' }))
  maxExpiresAt: number;

  @Column(timeColumn({ name: 'ended_at', nullable: true }))
  endedAt: number | null;

  @Column(exactColumn(32, { name: 'end_reason', nullable: true }))
  endReason: EndReason | null;
}
