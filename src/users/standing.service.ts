import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { actInDetail, type Act } from '../audit/act.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { holdAdministrators, isAdministrator, requireAnotherAdministrator } from './administrators.js';
import { StaleRead } from './living-user.js';
import type { EndSessions } from './merges.service.js';
import { retryRaces } from './retry-races.js';
import { UserEntity, type Role } from './user.entity.js';
import { toUserView, type UserRow, type UserView } from './user.view.js';
import { Users } from './users.service.js';

/** What an operator makes of a user; what is absent stays. */
export interface StandingChange {
  role?: Role | undefined;
  status?: UserView['status'] | undefined;
}

/** What happens to a user's sessions in the transaction in which the standing changes. */
export interface SessionsOfStanding {
  giveRole: (manager: EntityManager, userId: string, role: Role) => Promise<void>;
  end: EndSessions;
}

interface Change {
  before: UserRow;
  after: UserRow;
}

/** What users may do here, and whether they may do anything. */
@Injectable()
export class Standing {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: Users,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Changes role or status, and the user's sessions with it; what is so already is no change, and no act.
   * @throws AppError not_found, last_administrator, dependency_unavailable
   */
  async change(
    userId: string,
    wanted: StandingChange,
    sessions: SessionsOfStanding,
    act: Act,
  ): Promise<UserView> {
    return toUserView(await retryRaces(() => this.attempt(userId, wanted, sessions, act)));
  }

  private async attempt(
    id: string,
    wanted: StandingChange,
    sessions: SessionsOfStanding,
    act: Act,
  ): Promise<UserRow> {
    const before = await this.users.find(id);
    const { role = before.role, status = before.status } = wanted;
    const after = { ...before, role, status };
    if (role === before.role && status === before.status) return after;
    await this.dataSource.transaction(async (manager) => {
      if (isAdministrator(before) && !isAdministrator(after)) await partWithAdministrator(manager, id);
      await write(manager, { before, after });
      if (role !== before.role) await sessions.giveRole(manager, id, role);
      if (status === 'locked') await sessions.end(manager, id);
      await this.record(manager, { before, after }, act);
    });
    return after;
  }

  private async record(manager: EntityManager, { before, after }: Change, act: Act): Promise<void> {
    const entry = { outcome: 'success' as const, userId: after.id };
    if (after.role !== before.role) {
      const inDetail = actInDetail(act, `${before.role} to ${after.role}`);
      await this.audit.recordWithin(manager, { event: 'role_changed', ...entry, ...inDetail });
    }
    if (after.status === before.status) return;
    const event = after.status === 'locked' ? 'user_locked' : 'user_unlocked';
    await this.audit.recordWithin(manager, { event, ...entry, ...act });
  }
}

async function partWithAdministrator(manager: EntityManager, id: string): Promise<void> {
  await holdAdministrators(manager);
  await requireAnotherAdministrator(manager, id);
}

/** Holds the user from here on; whoever was faster is seen by this, and the work begins anew. */
async function write(manager: EntityManager, { before, after }: Change): Promise<void> {
  const { id, role, status } = before;
  const { affected } = await manager.update(
    UserEntity,
    { id, role, status },
    { role: after.role, status: after.status },
  );
  if (affected !== 1) throw new StaleRead();
}
