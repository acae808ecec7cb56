import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, timeColumn } from '../platform/database/columns.js';

/** What two users were before they turned out to be one person, so that an operator can take it back. */
@Entity('user_merges')
@Index('user_merges_survivor', ['survivorId'])
@Index('user_merges_merged', ['mergedId'])
@Index('user_merges_time', ['mergedAt'])
export class UserMergeEntity {
  @PrimaryColumn(idColumn)
  id: string;

  @ForeignKey('users', { name: 'user_merges_of_survivor', onDelete: 'CASCADE' })
  @Column({ ...idColumn, name: 'survivor_id' })
  survivorId: string;

  @Column({ ...idColumn, name: 'merged_id' })
  mergedId: string;

  /** The app through which the unionid came that proved it; null where an operator said so. */
  @Column(exactColumn(64, { name: 'app_id', nullable: true }))
  appId: string | null;

  @Column(timeColumn({ name: 'merged_at' }))
  mergedAt: number;

  @Column(timeColumn({ name: 'undone_at', nullable: true }))
  undoneAt: number | null;

  /** JSON of a `BeforeMerge`, sealed, for it holds personal data; nothing once the merge was undone. */
  @Column({ type: 'text', name: 'before_sealed', nullable: true })
  beforeSealed: string | null;
}
