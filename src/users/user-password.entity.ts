import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, timeColumn } from '../platform/database/columns.js';

/** How a person logs in by name and password; whoever has a username has one. */
@Entity('user_passwords')
@Index('user_passwords_username', ['usernameKey'], { unique: true })
export class UserPasswordEntity {
  @ForeignKey('users', { name: 'user_passwords_of_user', onDelete: 'CASCADE' })
  @PrimaryColumn({ ...idColumn, name: 'user_id' })
  userId: string;

  /** The one spelling of all names that look like this one. */
  @Column(exactColumn(64, { name: 'username_key' }))
  usernameKey: string;

  /** Argon2id with its parameters, in PHC form. */
  @Column(exactColumn(255))
  hash: string;

  @Column(timeColumn({ name: 'changed_at' }))
  changedAt: number;
}
