import { Injectable } from '@nestjs/common';
import { actInDetail, type Act } from '../audit/act.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { AppError } from '../platform/errors/app-error.js';
import { SessionEnds } from '../session/session-ends.service.js';
import { Users } from '../users/users.service.js';

/** Puts people out, who may log in again. */
@Injectable()
export class SessionKicks {
  constructor(
    private readonly users: Users,
    private readonly ends: SessionEnds,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Ends all sessions of a user; how many there were.
   * @throws AppError not_found
   */
  async endAll(userId: string, act: Act): Promise<number> {
    await this.users.get(userId);
    const ended = await this.ends.endAll(userId, 'kicked', whenceOf(act));
    if (ended > 0) this.record(userId, act);
    return ended;
  }

  /** @throws AppError not_found where no such session of this user lives */
  async end(userId: string, id: string, act: Act): Promise<void> {
    if (!(await this.ends.end({ id, userId }, 'kicked', whenceOf(act)))) throw new AppError('not_found');
    this.record(userId, actInDetail(act, id));
  }

  private record(userId: string, act: Act): void {
    this.audit.record({ event: 'sessions_ended_by_admin', outcome: 'success', userId, ...act });
  }
}

function whenceOf({ address, userAgent }: Act) {
  return { address, userAgent };
}
