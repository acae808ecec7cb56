import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { exactColumn, idColumn, textColumn, timeColumn } from '../platform/database/columns.js';
import type { AuditEvent } from './audit-event.js';

export type Outcome = 'success' | 'failure';

/**
 * One act that matters to security. Rows are only ever added, and lose their username where the person is erased; old ones
 * go when their time is over. Each index has what
 * it is asked for and then the order of time, so that a page reads little more than it shows, however much one
 * address does; a user does less, and so one index serves all that is asked of users.
 */
@Entity('audit_log')
@Index('audit_log_user', ['userId', 'id', 'address', 'event', 'blocked'])
@Index('audit_log_address', ['address', 'blocked', 'id'])
@Index('audit_log_address_event', ['address', 'event', 'blocked', 'id'])
@Index('audit_log_event', ['event', 'blocked', 'id'])
@Index('audit_log_blocked', ['blocked', 'id'])
export class AuditEntryEntity {
  /** A UUID of version 7 made of `at`: its order is that of time. */
  @PrimaryColumn(idColumn)
  id: string;

  @Column(timeColumn())
  at: number;

  @Column(exactColumn(64))
  event: AuditEvent;

  /** No foreign key: what a person did is remembered longer than the person. */
  @Column({ ...idColumn, name: 'user_id', nullable: true })
  userId: string | null;

  @Column(textColumn(32, { nullable: true }))
  username: string | null;

  @Column(exactColumn(64, { nullable: true }))
  address: string | null;

  @Column(textColumn(512, { name: 'user_agent', nullable: true }))
  userAgent: string | null;

  /** The door's appId, `wxpass` for passwords. */
  @Column(exactColumn(64, { name: 'app_id', nullable: true }))
  appId: string | null;

  @Column(exactColumn(16))
  outcome: Outcome;

  /** Whether a limit or the blocklist stood in the way. */
  @Column({ type: Boolean })
  blocked: boolean;

  @Column(exactColumn(255, { nullable: true }))
  reason: string | null;

  @Column(exactColumn(32, { name: 'trace_id', nullable: true }))
  traceId: string | null;
}
