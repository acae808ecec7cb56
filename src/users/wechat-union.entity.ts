import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { idColumn } from '../platform/database/columns.js';

/** Whose a unionid is. Its primary key is what keeps two apps from making two users of one person at once. */
@Entity('wechat_unions')
@Index('wechat_unions_user', ['userId'])
export class WechatUnionEntity {
  @PrimaryColumn({ type: 'varchar', length: 64, charset: 'utf8mb4', collation: 'utf8mb4_bin' })
  unionid: string;

  @ForeignKey('users', { name: 'wechat_unions_of_user', onDelete: 'CASCADE' })
  @Column({ ...idColumn, name: 'user_id' })
  userId: string;
}
