import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, timeColumn } from '../platform/database/columns.js';

/** Why a unionid is there, or not; `present` without one where WeChat shows one that is not believed. */
export const unionidStatuses = ['present', 'scope_base', 'app_not_bound'] as const;
export type UnionidStatus = (typeof unionidStatuses)[number];

/** A WeChat person as one app knows them; `(app_id, openid)` identifies. */
@Entity('wechat_identities')
// The openid comes first, for whoever asks in which apps it is known.
@Index('wechat_identities_person', ['openid', 'appId'], { unique: true })
@Index('wechat_identities_unionid', ['appId', 'unionid'], { unique: true })
@Index('wechat_identities_user', ['userId'])
export class WechatIdentityEntity {
  @PrimaryColumn(idColumn)
  id: string;

  @ForeignKey('users', { name: 'wechat_identities_of_user', onDelete: 'CASCADE' })
  @Column({ ...idColumn, name: 'user_id' })
  userId: string;

  @Column(exactColumn(32))
  kind: string;

  @Column(exactColumn(64, { name: 'app_id' }))
  appId: string;

  @Column(exactColumn(64))
  openid: string;

  /** The same in all apps of one open-platform account; may come later than the openid. */
  @Column(exactColumn(64, { nullable: true }))
  unionid: string | null;

  @Column(exactColumn(16, { name: 'unionid_status', default: 'app_not_bound' }))
  unionidStatus: UnionidStatus;

  /** JSON of the newest two `{key, at}`, newest first, sealed. */
  @Column({ type: 'text', name: 'session_keys_sealed', nullable: true })
  sessionKeysSealed: string | null;

  @Column(timeColumn({ name: 'linked_at' }))
  linkedAt: number;
}
