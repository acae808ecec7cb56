import { Injectable } from '@nestjs/common';
import { IsNull, type EntityManager } from 'typeorm';
import { SessionStates } from './session-states.service.js';
import { SessionEntity } from './session.entity.js';

/** A user's role changing in all living sessions as part of a larger transaction. */
export interface RoleChange {
  /** To be called in the transaction; may be called again where that is begun anew. */
  within: (manager: EntityManager, userId: string, role: string) => Promise<void>;
  /** To be called once it is committed, before anybody is answered. */
  announce: () => Promise<void>;
}

/** Sessions carry the role of their user, so that one look at the session decides a request: both change together. */
@Injectable()
export class SessionRoles {
  constructor(private readonly states: SessionStates) {}

  changing(): RoleChange {
    let changed: string[] = [];
    return {
      within: async (manager, userId, role) => {
        const living = { userId, endedAt: IsNull() };
        await manager.update(SessionEntity, living, { role });
        const sessions = await manager.find(SessionEntity, { select: { id: true }, where: living });
        changed = sessions.map(({ id }) => id);
      },
      announce: async () => {
        if (changed.length > 0) await this.states.announceChanges(changed);
      },
    };
  }
}
