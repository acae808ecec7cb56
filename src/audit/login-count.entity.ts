import { Column, Entity, PrimaryColumn } from 'typeorm';
import { exactColumn, timeColumn } from '../platform/database/columns.js';
import type { Outcome } from './audit-entry.entity.js';

/** How many logins the audit log got in one hour: it is too long to be counted when somebody asks. Names nobody. */
@Entity('login_counts')
export class LoginCountEntity {
  /** When the hour begins, of those that begin with 1970 UTC. */
  @PrimaryColumn({ ...timeColumn(), nullable: false })
  hour: number;

  /** The door's appId, `wxpass` for passwords, empty where the attempt came to no door. */
  @PrimaryColumn({ ...exactColumn(64, { name: 'app_id' }), nullable: false })
  appId: string;

  @PrimaryColumn({ ...exactColumn(16), nullable: false })
  outcome: Outcome;

  @Column({ type: 'int' })
  count: number;
}
