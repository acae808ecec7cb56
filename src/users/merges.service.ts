import { Injectable, Logger } from '@nestjs/common';
import { DataSource, In, IsNull, Not, type EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { actInDetail, type Act } from '../audit/act.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { isDuplicate } from '../platform/database/database-fault.js';
import { Config } from '../platform/config/config.js';
import { Sealer } from '../platform/crypto/sealer.js';
import { AppError } from '../platform/errors/app-error.js';
import { beforeMerge, type BeforeMerge } from './before-merge.js';
import { lineOf } from './line-of.js';
import { holdLiving, StaleRead } from './living-user.js';
import { undoableMs } from './merge.view.js';
import { partUsers } from './part-users.js';
import { retryRaces } from './retry-races.js';
import { sealedBeforeMerge } from './sealed-user-columns.js';
import { uniteUsers, type MergeCause, type Pair } from './unite-users.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserEntity } from './user.entity.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** Ends all sessions of these users within the transaction that makes it necessary. */
export type EndSessions = (manager: EntityManager, ...userIds: string[]) => Promise<void>;

/** Makes two users one whom a unionid proves to be one person, or an operator knows to be, and parts them again. */
@Injectable()
export class Merges {
  private readonly logger = new Logger('Merges');

  constructor(
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /**
   * The older user survives and takes over the other's identities; its id. Nothing where an operator has parted the
   * two before: then they stay two.
   * @throws AppError identity_conflict; StaleRead where the cause does not hold any more
   */
  async merge(cause: MergeCause, endSessions: EndSessions): Promise<string | undefined> {
    const ownerId = await this.ownerOf(cause.unionid);
    const pair = await this.dataSource.transaction(async (manager) => {
      await holdLiving(manager, cause.userId, ownerId);
      const found = await readPair(manager, cause, ownerId);
      if (await wereParted(manager, found)) return undefined;
      this.requireMergeable(found, cause);
      const before = await uniteUsers(manager, found, cause, this.sealer);
      await this.keepRecord(manager, found, cause.appId, before);
      await endSessions(manager, ...mustEnd(found));
      return found;
    });
    if (pair) this.remember(pair, cause);
    return pair?.survivor.id;
  }

  /**
   * The same because an operator says so, be there a unionid or not, and also where the two were parted before.
   * @returns the survivor's id: the older user's, in whatever order they are named
   * @throws AppError not_found where one of them is no more; conflict where both are the same; identity_conflict where
   * one has a role or both have passwords
   */
  async mergeByHand(userId: string, otherId: string, endSessions: EndSessions, act: Act): Promise<string> {
    if (userId === otherId) throw new AppError('conflict');
    return retryRaces(() =>
      this.dataSource.transaction(async (manager) => {
        await holdLiving(manager, userId, otherId).catch((error: unknown) => {
          throw error instanceof StaleRead ? new AppError('not_found') : error;
        });
        const pair = await readUsers(manager, userId, otherId);
        if (!mayBecomeOne(pair)) throw new AppError('identity_conflict');
        const { survivor, merged } = pair;
        await this.keepRecord(manager, pair, null, await uniteUsers(manager, pair, null, this.sealer));
        await endSessions(manager, ...mustEnd(pair));
        const entry = { event: 'users_merged', outcome: 'success', userId: survivor.id } as const;
        await this.audit.recordWithin(manager, { ...entry, ...actInDetail(act, merged.id) });
        return survivor.id;
      }),
    );
  }

  /**
   * Gives the identities that moved back to who they were taken from.
   * @param endSessions ends those of the survivor: some may be the other person's
   * @param act who demands it
   * @throws AppError not_found where there is no such merge or it can be undone no more; conflict where the survivor has
   * become another since, somebody has taken the username, or one of the two would be left without a way in
   */
  async undo(id: string, endSessions: EndSessions, act: Act): Promise<void> {
    const merge = await this.dataSource.manager.findOneBy(UserMergeEntity, { id, undoneAt: IsNull() });
    if (!merge?.beforeSealed || merge.mergedAt + undoableMs <= Date.now()) throw new AppError('not_found');
    const before = this.openBefore(id, merge.beforeSealed);
    await retryRaces(() => this.part(merge, before, endSessions));
    this.audit.record({ event: 'merge_undone', outcome: 'success', userId: merge.survivorId, ...act });
  }

  private openBefore(id: string, sealed: string): BeforeMerge {
    return beforeMerge.parse(JSON.parse(this.sealer.open(sealed, sealedBeforeMerge.placeOf(id))));
  }

  private async part(merge: UserMergeEntity, before: BeforeMerge, endSessions: EndSessions): Promise<void> {
    const work = this.dataSource.transaction(async (manager) => {
      await holdLiving(manager, merge.survivorId);
      await takeForUndo(manager, merge.id);
      await partUsers(manager, merge, before, this.sealer);
      await endSessions(manager, merge.survivorId);
    });
    await work.catch((error: unknown) => {
      throw error instanceof StaleRead || isDuplicate(error) ? new AppError('conflict') : error;
    });
  }

  private async ownerOf(unionid: string): Promise<string> {
    const union = await this.dataSource.manager.findOneBy(WechatUnionEntity, { unionid });
    if (!union) throw new StaleRead();
    return union.userId;
  }

  private requireMergeable(pair: Pair, { appId }: MergeCause): void {
    if (this.config.unionMerge === 'auto' && mayBecomeOne(pair)) return;
    const { survivor, merged } = pair;
    this.audit.record({
      event: 'identity_conflict',
      outcome: 'failure',
      userId: survivor.id,
      reason: merged.id,
      appId,
    });
    throw new AppError('identity_conflict');
  }

  private async keepRecord(
    manager: EntityManager,
    { survivor, merged }: Pair,
    appId: string | null,
    before: BeforeMerge,
  ): Promise<void> {
    const id = newId();
    await manager.insert(UserMergeEntity, {
      id,
      survivorId: survivor.id,
      mergedId: merged.id,
      appId,
      mergedAt: Date.now(),
      beforeSealed: this.sealer.seal(JSON.stringify(before), sealedBeforeMerge.placeOf(id)),
    });
  }

  private remember({ survivor, merged }: Pair, { appId }: MergeCause): void {
    this.logger.warn(`user ${merged.id} is one person with user ${survivor.id}: merged`);
    this.audit.record({
      event: 'users_merged',
      outcome: 'success',
      userId: survivor.id,
      reason: merged.id,
      appId,
    });
  }
}

/** Both as they are now that they are held, the older one first; its cause must still hold. */
async function readPair(manager: EntityManager, cause: MergeCause, ownerId: string): Promise<Pair> {
  const { userId, identityId, unionid } = cause;
  const holds =
    (await manager.existsBy(WechatUnionEntity, { unionid, userId: ownerId })) &&
    (await manager.existsBy(WechatIdentityEntity, { id: identityId, userId, unionid: IsNull() }));
  if (!holds) throw new StaleRead();
  return readUsers(manager, userId, ownerId);
}

async function readUsers(manager: EntityManager, ...ids: string[]): Promise<Pair> {
  const [survivor, merged] = await manager.find(UserEntity, {
    where: { id: In(ids) },
    order: { createdAt: 'ASC', id: 'ASC' },
  });
  if (!survivor || !merged) throw new StaleRead();
  return { survivor, merged };
}

/** Nobody gains or loses a role by being somebody else as well, and nobody has two passwords. */
function mayBecomeOne({ survivor, merged }: Pair): boolean {
  const users = [survivor, merged];
  return users.every(({ role }) => role === 'user') && users.some(({ username }) => username === null);
}

/** Whose sessions end: also the survivor's where it is locked from now on. */
function mustEnd({ survivor, merged }: Pair): string[] {
  return merged.status === 'locked' ? [merged.id, survivor.id] : [merged.id];
}

/** Whether an operator has told them apart, be it before one of them became the one who is asked about. */
async function wereParted(manager: EntityManager, { survivor, merged }: Pair): Promise<boolean> {
  const one = In(await lineOf(manager, survivor.id));
  const other = In(await lineOf(manager, merged.id));
  const undoneAt = Not(IsNull());
  return manager.existsBy(UserMergeEntity, [
    { survivorId: one, mergedId: other, undoneAt },
    { survivorId: other, mergedId: one, undoneAt },
  ]);
}

/** The one conditional write: of all who undo a merge at once, one does. */
async function takeForUndo(manager: EntityManager, id: string): Promise<void> {
  const { affected } = await manager.update(
    UserMergeEntity,
    { id, undoneAt: IsNull() },
    { undoneAt: Date.now(), beforeSealed: null },
  );
  if (affected !== 1) throw new AppError('not_found');
}
