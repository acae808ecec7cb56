import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, textColumn, timeColumn } from '../platform/database/columns.js';

export const roles = ['user', 'admin', 'auditor'] as const;
export type Role = (typeof roles)[number];

/**
 * `merged`: is another user now, kept for as long as that may be undone. `erased`: an empty row, kept while there are
 * sessions of it that say why they ended. Nobody gets to see either.
 */
export type UserStatus = 'active' | 'locked' | 'merged' | 'erased';

/** A person, whatever doors they come through. */
@Entity('users')
@Index('users_status', ['status'])
@Index('users_role', ['role', 'status', 'id'])
// On SQLite these have names and mail in no case (COLLATE NOCASE).
@Index('users_username', ['role', 'status', 'username', 'id'])
@Index('users_nickname', ['role', 'status', 'nickname', 'id', 'username'])
@Index('users_email', ['email', 'role', 'status', 'id'])
export class UserEntity {
  @PrimaryColumn(idColumn)
  id: string;

  @Column(exactColumn(16))
  role: Role;

  @Column(exactColumn(16))
  status: UserStatus;

  @Column(textColumn(32, { nullable: true }))
  username: string | null;

  @Column(textColumn(64, { nullable: true }))
  nickname: string | null;

  @Column(textColumn(512, { name: 'avatar_url', nullable: true }))
  avatarUrl: string | null;

  @Column(textColumn(254, { nullable: true }))
  email: string | null;

  /** What may be shown of the phone number, such as 138****0000. */
  @Column(textColumn(32, { name: 'phone_masked', nullable: true }))
  phoneMasked: string | null;

  /** The number with its country code, such as +8613800000000. */
  @Column({ type: 'text', name: 'phone_sealed', nullable: true })
  phoneSealed: string | null;

  @Column(textColumn(16, { nullable: true }))
  gender: string | null;

  @Column(textColumn(64, { nullable: true }))
  country: string | null;

  @Column(textColumn(64, { nullable: true }))
  province: string | null;

  @Column(textColumn(64, { nullable: true }))
  city: string | null;

  @Column(textColumn(16, { nullable: true }))
  language: string | null;

  /** Fields the person chose, comma-separated: WeChat never overwrites them. */
  @Column(exactColumn(128, { default: '' }))
  chosen: string;

  /** The user that this one turned out to be. */
  @Column({ ...idColumn, name: 'merged_into', nullable: true })
  mergedInto: string | null;

  @Column(timeColumn({ name: 'created_at' }))
  createdAt: number;

  @Column(timeColumn({ name: 'last_login_at' }))
  lastLoginAt: number;
}
