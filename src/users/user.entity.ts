import { Column, Entity, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, textColumn, timeColumn } from '../platform/database/columns.js';

export type Role = 'user' | 'admin' | 'auditor';
export type UserStatus = 'active' | 'locked';

/** A person, whatever doors they come through. */
@Entity('users')
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

  @Column(timeColumn({ name: 'created_at' }))
  createdAt: number;

  @Column(timeColumn({ name: 'last_login_at' }))
  lastLoginAt: number;
}
