import { Injectable } from '@nestjs/common';
import type { Act } from '../audit/act.js';
import { SessionEnds } from '../session/session-ends.service.js';
import { SessionRoles } from '../session/session-roles.service.js';
import { Standing, type StandingChange } from '../users/standing.service.js';
import type { UserView } from '../users/user.view.js';

/** Changes what users may do, with their sessions, as all replicas see before anybody is answered. */
@Injectable()
export class UserStanding {
  constructor(
    private readonly standing: Standing,
    private readonly ends: SessionEnds,
    private readonly roles: SessionRoles,
  ) {}

  /** @throws AppError not_found, last_administrator, dependency_unavailable */
  async change(userId: string, wanted: StandingChange, act: Act): Promise<UserView> {
    const { address, userAgent } = act;
    const ending = this.ends.endingAllOf('user_locked', { address, userAgent });
    const role = this.roles.changing();
    const sessions = { giveRole: role.within, end: ending.within };
    const user = await this.standing.change(userId, wanted, sessions, act);
    await role.announce();
    await ending.announce();
    return user;
  }
}
