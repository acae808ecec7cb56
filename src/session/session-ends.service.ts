import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, Not, type FindOptionsWhere, type EntityManager, type Repository } from 'typeorm';
import type { NewAuditEntry } from '../audit/audit-entry.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { retryTransient } from '../platform/database/retry-transient.js';
import { Metrics } from '../platform/observability/metrics.js';
import type { EndReason } from './end-reason.js';
import { SessionStates } from './session-states.service.js';
import { SessionEntity } from './session.entity.js';

/** A session and the door it was opened by. */
export type Ending = Pick<SessionEntity, 'id' | 'clientId'>;

/** A session and whose it is; its door, where that is known already, is not looked up for the audit log. */
export type Owned = Pick<SessionEntity, 'id' | 'userId'> & Partial<Pick<SessionEntity, 'clientId'>>;

/** What the audit log says of an end. */
type Told = Pick<NewAuditEntry, 'event' | 'outcome'>;
const alongWithParent: Told = { event: 'session_ended', outcome: 'success' };

/** From where an act came, for the audit log. */
export interface Whence {
  address?: string;
  userAgent?: string;
  /** Who acted, where that is not the session's own door. */
  appId?: string;
}

/** All sessions of one or more users ending as part of a larger transaction. */
export interface EndingOfAll {
  /** To be called in the transaction; may be called again where that is begun anew. */
  within: (manager: EntityManager, userId: string) => Promise<void>;
  /** To be called in the transaction too, where the person is erased: no session of these users says more of them. */
  blank: (manager: EntityManager, userIds: string[]) => Promise<void>;
  /** To be called once it is committed, before anybody is answered. */
  announce: () => Promise<void>;
}

/** Ends sessions, tells the other replicas and writes it into the audit log. */
@Injectable()
export class SessionEnds {
  constructor(
    @InjectRepository(SessionEntity) private readonly repository: Repository<SessionEntity>,
    private readonly states: SessionStates,
    private readonly audit: AuditLog,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Ends a session of this user once, and takes along those it begot; false where no such session lives. Those come first,
   * so that who gets no answer may ask again, and once more afterwards: one may have been opened meanwhile.
   * @param keepId a session that asks for this, and goes on
   */
  async end(
    { id, userId, clientId }: Owned,
    reason: EndReason,
    whence: Whence = {},
    keepId?: string,
  ): Promise<boolean> {
    const door = clientId ?? whence.appId;
    const ending = door === undefined ? await this.living({ id, userId }) : [{ id, clientId: door }];
    await this.endBegotten(userId, id, reason, whence, keepId);
    const isEnded = (await this.endThese(userId, ending, reason, whence)) === 1;
    await this.endBegotten(userId, id, reason, whence, keepId);
    return isEnded;
  }

  /** Ends a session whose place another of the same person takes; what it begot belongs to a login that does. */
  async endReplaced(replaced: Owned & Ending, by: string, whence: Whence): Promise<void> {
    const { id, userId } = replaced;
    await this.endThese(userId, [replaced], 'logged_out', whence);
    if (await this.repository.existsBy({ id: by, userId, parentId: IsNull() }))
      await this.repository.update({ userId, parentId: id }, { parentId: by });
  }

  /** Ends all sessions of a user, but the one to keep; how many there were. */
  async endAll(userId: string, reason: EndReason, whence: Whence, keepId?: string): Promise<number> {
    const living = await this.living({ userId });
    const ending = living.filter(({ id }) => id !== keepId);
    return this.endThese(userId, ending, reason, whence);
  }

  /** In one statement, so that many logins at once do not end each other's sessions one by one. */
  async endThese(
    userId: string,
    ending: Ending[],
    reason: EndReason,
    whence: Whence,
    told = toldOf(reason),
  ): Promise<number> {
    if (ending.length === 0) return 0;
    const ids = ending.map(({ id }) => id);
    const { affected = 0 } = await retryTransient(() =>
      this.repository.update(
        { id: In(ids), userId, endedAt: IsNull() },
        { endedAt: Date.now(), endReason: reason },
      ),
    );
    if (affected > 0) await this.announce(userId, ids, doorsOf(ending, affected), reason, whence, told);
    return affected;
  }

  /** What ends all sessions of users, but the one to keep, together with something else, or not at all. */
  endingAllOf(reason: EndReason, whence: Whence, keepId?: string): EndingOfAll {
    let ended: Owned[] = [];
    return {
      within: async (manager, ...userIds) => {
        const endedAt = Date.now();
        const whose = { userId: In(userIds), ...(keepId === undefined ? {} : { id: Not(keepId) }) };
        await manager.update(SessionEntity, { ...whose, endedAt: IsNull() }, { endedAt, endReason: reason });
        ended = await manager.find(SessionEntity, {
          select: { id: true, userId: true, clientId: true },
          where: { ...whose, endedAt, endReason: reason },
        });
      },
      blank: async (manager, userIds) => {
        const nothing = { address: '', userAgent: null, deviceId: null, deviceName: null };
        await manager.update(SessionEntity, { userId: In(userIds) }, nothing);
      },
      announce: async () => {
        for (const userId of new Set(ended.map((session) => session.userId))) {
          const own = ended.filter((session) => session.userId === userId);
          const ids = own.map(({ id }) => id);
          const doors = own.map(({ clientId }) => clientId);
          await this.announce(userId, ids, doors, reason, whence, toldOf(reason));
        }
      },
    };
  }

  private async endBegotten(
    userId: string,
    id: string,
    reason: EndReason,
    whence: Whence,
    keepId: string | undefined,
  ): Promise<void> {
    const begotten = await this.repository.find({
      select: { id: true, clientId: true, parentId: true, endedAt: true },
      where: { userId, parentId: Not(IsNull()) },
    });
    const others = begotten.filter((session) => session.id !== keepId);
    const ending = descendantsOf(id, others).filter(({ endedAt }) => endedAt === null);
    await this.endThese(userId, ending, reason, whence, alongWithParent);
  }

  private living(of: FindOptionsWhere<SessionEntity>): Promise<Ending[]> {
    return this.repository.find({
      select: { id: true, clientId: true },
      where: { ...of, endedAt: IsNull() },
    });
  }

  private async announce(
    userId: string,
    ids: string[],
    doors: (string | undefined)[],
    reason: EndReason,
    whence: Whence,
    told: Told,
  ): Promise<void> {
    await this.states.announceChanges(ids);
    const entry = { ...told, userId, reason, ...whence };
    for (const door of doors) this.audit.record({ ...entry, appId: whence.appId ?? door });
    this.metrics.count('sessionsEnded', { reason }, doors.length);
    if (told.event === 'refresh_token_reused') this.metrics.count('refreshReuse', {}, doors.length);
  }
}

/** Also of those that have ended: what they begot may live. */
function descendantsOf<Session extends Pick<SessionEntity, 'id' | 'parentId'>>(
  id: string,
  sessions: Session[],
): Session[] {
  const found: Session[] = [];
  let rest = sessions;
  for (let parents = new Set<string | null>([id]); parents.size > 0;) {
    const children = rest.filter(({ parentId }) => parents.has(parentId));
    rest = rest.filter(({ parentId }) => !parents.has(parentId));
    found.push(...children);
    parents = new Set(children.map((child) => child.id));
  }
  return found;
}

/** A token that comes back after its time is somebody's attempt that failed. */
function toldOf(reason: EndReason): Told {
  if (reason === 'refresh_token_reused') return { event: reason, outcome: 'failure' };
  return { event: reason === 'logged_out' ? 'logout' : 'session_ended', outcome: 'success' };
}

/** Where another call ended some of them meanwhile, nobody can say which were left. */
function doorsOf(ending: Ending[], ended: number): (string | undefined)[] {
  return ended === ending.length
    ? ending.map(({ clientId }) => clientId)
    : Array<undefined>(ended).fill(undefined);
}
