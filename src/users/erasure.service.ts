import { Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.service.js';
import { AppError } from '../platform/errors/app-error.js';
import { lineOf } from './line-of.js';
import { holdLiving, StaleRead } from './living-user.js';
import type { EndSessions } from './merges.service.js';
import { retryRaces } from './retry-races.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserEntity } from './user.entity.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** From where an act came and why, for the audit log. */
interface Whence {
  address?: string;
  userAgent?: string;
  appId?: string;
  reason?: string;
}

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
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** @throws AppError not_found where the user is no more */
  async erase(userId: string, sessions: EndingOfErased, whence: Whence): Promise<void> {
    await this.audit.flush();
    await retryRaces(() =>
      this.dataSource.transaction((manager) => this.eraseHeld(manager, userId, sessions)),
    );
    this.record(userId, whence);
  }

  /** The same as part of a transaction that holds the user; to be recorded once that is committed. */
  async within(manager: EntityManager, userId: string, sessions: EndingOfErased): Promise<void> {
    const line = await lineOf(manager, userId);
    await sessions.within(manager, userId);
    await sessions.blank(manager, line);
    await this.audit.forgetUsernames(manager, line);
    await manager.delete(WechatIdentityEntity, { userId: In(line) });
    await manager.delete(WechatUnionEntity, { userId: In(line) });
    await manager.delete(UserMergeEntity, [{ survivorId: In(line) }, { mergedId: In(line) }]);
    await manager.update(UserEntity, { id: In(line) }, emptied(manager));
  }

  record(userId: string, whence: Whence): void {
    this.audit.record({ event: 'user_erased', outcome: 'success', userId, ...whence });
  }

  private async eraseHeld(manager: EntityManager, userId: string, sessions: EndingOfErased): Promise<void> {
    await holdLiving(manager, userId).catch((error: unknown) => {
      throw error instanceof StaleRead ? new AppError('not_found') : error;
    });
    await this.within(manager, userId, sessions);
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
