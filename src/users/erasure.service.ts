import { Injectable, Logger } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import type { NewAuditEntry } from '../audit/audit-entry.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { LateUsernames } from '../audit/late-usernames.service.js';
import { wipeJournal } from '../platform/database/wipe-journal.js';
import { AppError } from '../platform/errors/app-error.js';
import { holdAdministrators, isAdministrator, requireAnotherAdministrator } from './administrators.js';
import { lineOf } from './line-of.js';
import { holdLiving, StaleRead } from './living-user.js';
import type { EndSessions } from './merges.service.js';
import { retryRaces } from './retry-races.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserPasswordEntity } from './user-password.entity.js';
import { UserEntity } from './user.entity.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** From where an act came and why, for the audit log. */
type Whence = Pick<NewAuditEntry, 'address' | 'userAgent' | 'appId' | 'reason'>;

/** What ends the sessions of a person who is being erased, in the transaction in which that happens. */
export interface EndingOfErased {
  within: EndSessions;
  /** Takes away what the sessions of these users, also the ended ones, say of the person. */
  blank: (manager: EntityManager, userIds: string[]) => Promise<void>;
}

/** All that an erased row still says: that somebody was here, and when. */
const kept = new Set<string>(['id', 'createdAt', 'lastLoginAt'] satisfies (keyof UserEntity)[]);

/** Forgets people, so that nothing personal is left of them in any table. */
@Injectable()
export class Erasure {
  private readonly logger = new Logger('Erasure');

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly lateUsernames: LateUsernames,
  ) {}

  /** @throws AppError not_found where the user is no more, last_administrator, and what ending the sessions throws */
  async erase(userId: string, sessions: EndingOfErased, whence: Whence): Promise<void> {
    await this.audit.flush();
    const erased = await retryRaces(() =>
      this.dataSource.transaction((manager) => this.eraseHeld(manager, userId, sessions, whence)),
    );
    await this.finish(erased);
  }

  /**
   * The same as part of a transaction that holds the user, be it an administrator or not.
   * @returns whom to `finish` once it is committed: the user and all who became that user
   */
  async within(
    manager: EntityManager,
    userId: string,
    sessions: EndingOfErased,
    whence: Whence,
  ): Promise<string[]> {
    const line = await lineOf(manager, userId);
    await sessions.within(manager, userId);
    await sessions.blank(manager, line);
    await this.audit.forgetUsernames(manager, line);
    await manager.delete(WechatIdentityEntity, { userId: In(line) });
    await manager.delete(WechatUnionEntity, { userId: In(line) });
    await manager.delete(UserPasswordEntity, { userId: In(line) });
    await manager.delete(UserMergeEntity, [{ survivorId: In(line) }, { mergedId: In(line) }]);
    await manager.update(UserEntity, { id: In(line) }, emptied(manager));
    await this.audit.recordWithin(manager, { event: 'user_erased', outcome: 'success', userId, ...whence });
    return line;
  }

  /** Sees to what no transaction reaches. Never rejects: the person is erased. */
  async finish(erased: string[]): Promise<void> {
    this.lateUsernames.forgetSoon(erased);
    await wipeJournal(this.dataSource).catch((error: unknown) => {
      this.logger.warn('what was erased stays in the journal of the database until it begins anew', error);
    });
  }

  private async eraseHeld(
    manager: EntityManager,
    userId: string,
    sessions: EndingOfErased,
    whence: Whence,
  ): Promise<string[]> {
    const before = await manager.findOneBy(UserEntity, { id: userId });
    const wasAdministrator = before !== null && isAdministrator(before);
    if (wasAdministrator) {
      await holdAdministrators(manager);
      await requireAnotherAdministrator(manager, userId);
    }
    await holdLiving(manager, userId).catch((error: unknown) => {
      throw error instanceof StaleRead ? new AppError('not_found') : error;
    });
    const held = await manager.findOneByOrFail(UserEntity, { id: userId });
    if (isAdministrator(held) !== wasAdministrator) throw new StaleRead();
    return this.within(manager, userId, sessions, whence);
  }
}

/** Every column that is not known to be harmless loses its value, also one that comes later. */
function emptied(manager: EntityManager): Partial<UserEntity> {
  const { columns } = manager.connection.getMetadata(UserEntity);
  const personal = columns.filter(({ propertyName }) => !kept.has(propertyName));
  const empty = personal.map(({ propertyName, isNullable }) => [propertyName, isNullable ? null : '']);
  const nothing = Object.fromEntries(empty) as Partial<UserEntity>;
  return { ...nothing, role: 'user', status: 'erased' };
}
