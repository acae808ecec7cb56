import { Injectable, Logger } from '@nestjs/common';
import { DataSource, In, IsNull, type EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { AuditLog } from '../audit/audit-log.service.js';
import { isDuplicate } from '../platform/database/database-fault.js';
import { Config } from '../platform/config/config.js';
import { Sealer } from '../platform/crypto/sealer.js';
import { AppError } from '../platform/errors/app-error.js';
import { beforeMerge, inheritedFields, partOf, type BeforeMerge, type UserPart } from './before-merge.js';
import { holdLiving, StaleRead } from './living-user.js';
import { chosenOf, chosenText } from './profile.js';
import { sealedBeforeMerge, sealedPhone } from './sealed-user-columns.js';
import { UserMergeEntity } from './user-merge.entity.js';
import { UserEntity } from './user.entity.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** For how long a merge may be undone. */
export const undoableMs = 30 * 24 * 3_600_000;

/** Ends all sessions of a user within the transaction in which that user becomes another. */
export type EndSessions = (manager: EntityManager, userId: string) => Promise<void>;

/** A unionid that came late to an identity of one user, and is another's already. */
export interface MergeCause {
  userId: string;
  identityId: string;
  unionid: string;
  appId: string;
}

interface Pair {
  survivor: UserEntity;
  merged: UserEntity;
}

/** Makes two users one whom a unionid proves to be one person, and parts them again. */
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
      await this.unite(manager, found, cause);
      await endSessions(manager, found.merged.id);
      return found;
    });
    this.remember(pair, cause);
    return pair?.survivor.id;
  }

  /**
   * Gives the identities that moved back to who they were taken from.
   * @param endSessions ends those of the survivor: some may be the other person's
   * @throws AppError not_found where there is no such merge or it can be undone no more; conflict
   */
  async undo(id: string, endSessions: EndSessions): Promise<void> {
    const merge = await this.dataSource.manager.findOneBy(UserMergeEntity, { id, undoneAt: IsNull() });
    if (!merge?.beforeSealed || merge.mergedAt + undoableMs <= Date.now()) throw new AppError('not_found');
    const { survivorId, mergedId } = merge;
    const before = beforeMerge.parse(
      JSON.parse(this.sealer.open(merge.beforeSealed, sealedBeforeMerge.placeOf(id))),
    );
    const work = this.dataSource.transaction(async (manager) => {
      await holdLiving(manager, survivorId);
      await takeForUndo(manager, id);
      await part(manager, merge, before);
      await endSessions(manager, survivorId);
    });
    await work.catch((error: unknown) => {
      // The survivor has become another since, or somebody has taken the username.
      throw error instanceof StaleRead || isDuplicate(error) ? new AppError('conflict') : error;
    });
    this.audit.record({
      event: 'merge_undone',
      outcome: 'success',
      userId: survivorId,
      reason: mergedId,
      appId: merge.appId ?? undefined,
    });
  }

  private async ownerOf(unionid: string): Promise<string> {
    const union = await this.dataSource.manager.findOneBy(WechatUnionEntity, { unionid });
    if (!union) throw new StaleRead();
    return union.userId;
  }

  private requireMergeable({ survivor, merged }: Pair, { appId }: MergeCause): void {
    const users = [survivor, merged];
    const privileged = users.some(({ role }) => role !== 'user');
    const bothHavePasswords = users.every(({ username }) => username !== null);
    if (this.config.unionMerge === 'auto' && !privileged && !bothHavePasswords) return;
    this.audit.record({
      event: 'identity_conflict',
      outcome: 'failure',
      userId: survivor.id,
      reason: merged.id,
      appId,
    });
    throw new AppError('identity_conflict');
  }

  private async unite(manager: EntityManager, pair: Pair, { identityId, unionid, appId }: MergeCause) {
    const { survivor, merged } = pair;
    const moved = await moveIdentities(manager, merged.id, survivor.id);
    await fillUnionid(manager, identityId, unionid);
    const inherited = this.inheritance(pair);
    // First the username is set free: it may be nobody's twice.
    await manager.update(
      UserEntity,
      { id: merged.id },
      { status: 'merged', mergedInto: survivor.id, username: null },
    );
    const status = [survivor.status, merged.status].includes('locked') ? 'locked' : 'active';
    await manager.update(UserEntity, { id: survivor.id }, { ...inherited, status });
    const before: BeforeMerge = {
      survivor: partOf(survivor),
      merged: partOf(merged),
      inherited,
      filledIdentityId: identityId,
      ...moved,
    };
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

  /** What the survivor takes over; a sealed phone number is bound to its row, so it is sealed anew. */
  private inheritance({ survivor, merged }: Pair): Partial<UserPart> {
    const missing = inheritedFields.filter((field) => survivor[field] === null && merged[field] !== null);
    const inherited: Partial<UserPart> = Object.fromEntries(missing.map((field) => [field, merged[field]]));
    if (inherited.phoneSealed) {
      const phone = this.sealer.open(inherited.phoneSealed, sealedPhone.placeOf(merged.id));
      inherited.phoneSealed = this.sealer.seal(phone, sealedPhone.placeOf(survivor.id));
    }
    const chosen = [...chosenOf(merged)].filter((field) => missing.includes(field as never));
    return { ...inherited, chosen: chosenText([...chosenOf(survivor), ...chosen]) };
  }

  private remember(pair: Pair | undefined, { userId, appId }: MergeCause): void {
    if (!pair) {
      this.audit.record({ event: 'unionid_conflict', outcome: 'failure', userId, appId });
      return;
    }
    const { survivor, merged } = pair;
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
  const [survivor, merged] = await manager.find(UserEntity, {
    where: { id: In([userId, ownerId]) },
    order: { createdAt: 'ASC', id: 'ASC' },
  });
  if (!holds || !survivor || !merged) throw new StaleRead();
  return { survivor, merged };
}

function wereParted(manager: EntityManager, { survivor, merged }: Pair): Promise<boolean> {
  const ids = In([survivor.id, merged.id]);
  return manager
    .createQueryBuilder(UserMergeEntity, 'm')
    .where({ survivorId: ids, mergedId: ids })
    .andWhere('m.undone_at IS NOT NULL')
    .getExists();
}

async function moveIdentities(manager: EntityManager, from: string, to: string) {
  const identities = await manager.find(WechatIdentityEntity, {
    select: { id: true },
    where: { userId: from },
  });
  const unions = await manager.findBy(WechatUnionEntity, { userId: from });
  await manager.update(WechatIdentityEntity, { userId: from }, { userId: to });
  await manager.update(WechatUnionEntity, { userId: from }, { userId: to });
  return { identityIds: identities.map(({ id }) => id), unionids: unions.map(({ unionid }) => unionid) };
}

async function fillUnionid(manager: EntityManager, identityId: string, unionid: string): Promise<void> {
  await manager.update(WechatIdentityEntity, { id: identityId }, { unionid, unionidStatus: 'present' });
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

async function part(
  manager: EntityManager,
  { survivorId, mergedId }: UserMergeEntity,
  before: BeforeMerge,
): Promise<void> {
  const { identityIds, unionids, filledIdentityId } = before;
  await manager.update(
    WechatIdentityEntity,
    { id: In(identityIds), userId: survivorId },
    { userId: mergedId },
  );
  await manager.update(
    WechatUnionEntity,
    { unionid: In(unionids), userId: survivorId },
    { userId: mergedId },
  );
  await manager.update(
    WechatIdentityEntity,
    { id: filledIdentityId },
    { unionid: null, unionidStatus: 'app_not_bound' },
  );
  const survivor = await manager.findOneByOrFail(UserEntity, { id: survivorId });
  await manager.update(UserEntity, { id: survivorId }, given(survivor, before));
  await manager.update(UserEntity, { id: mergedId }, { ...before.merged, mergedInto: null });
}

/** The survivor without what it took over; what the person has changed since then stays. */
function given(survivor: UserEntity, { survivor: was, merged, inherited }: BeforeMerge): Partial<UserEntity> {
  const untouched = inheritedFields.filter(
    (field) => field in inherited && survivor[field] === inherited[field],
  );
  const restored = Object.fromEntries(untouched.map((field) => [field, was[field]]));
  const lockedByMerge = was.status === 'active' && merged.status === 'locked';
  return { ...restored, status: lockedByMerge ? 'active' : survivor.status };
}
