import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { selectList } from '../platform/database/select-list.js';
import { AppError } from '../platform/errors/app-error.js';
import { holdLiving, StaleRead } from './living-user.js';
import { Merges, type EndSessions } from './merges.service.js';
import { newIdentity } from './new-identity.js';
import type { ProvenIdentity } from './proven-identity.js';
import { retryRaces } from './retry-races.js';
import { SessionKeys } from './session-keys.service.js';
import { UnionidConflicts } from './unionid-conflicts.service.js';
import { UserEntity } from './user.entity.js';
import type { UserRow } from './user.view.js';
import { Users } from './users.service.js';
import { WechatIdentityEntity, type UnionidStatus } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

export interface IdentifiedUser {
  user: UserRow;
  isNewUser: boolean;
}

interface IdentityRow {
  identityId: string;
  unionid: string | null;
  unionidStatus: UnionidStatus;
  sessionKeysSealed: string | null;
}

interface KnownIdentity extends IdentityRow {
  user: UserRow;
}

interface NewIdentity {
  userId: string;
  isNewUser: boolean;
  /** The unionid is that of another person of this very app, so it was not believed. */
  refusedUnionid: boolean;
}

/** What a late unionid came to: it stands, it cannot be theirs, or it proves two users to be one person. */
type LateUnionid = 'accepted' | 'refused' | 'other user';

/** Finds the one user behind a WeChat identity, or makes them; the unique indexes decide every race. */
@Injectable()
export class Identities {
  private readonly selectByOpenid: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly users: Users,
    private readonly merges: Merges,
    private readonly sessionKeys: SessionKeys,
    private readonly conflicts: UnionidConflicts,
  ) {
    const columns = selectList(dataSource, UserEntity, 'u');
    this.selectByOpenid = `SELECT i.id AS identityId, i.unionid AS unionid, i.unionid_status AS unionidStatus,
      i.session_keys_sealed AS sessionKeysSealed, ${columns}
      FROM wechat_identities i JOIN users u ON u.id = i.user_id WHERE i.app_id = ? AND i.openid = ?`;
  }

  /**
   * @param endSessions ends those of a user who turns out to be another, in the transaction in which that happens
   * @throws AppError identity_conflict, dependency_unavailable
   */
  async identify(proof: ProvenIdentity, endSessions: EndSessions): Promise<IdentifiedUser> {
    return retryRaces(() => this.findOrCreate(proof, endSessions));
  }

  private async findOrCreate(proof: ProvenIdentity, endSessions: EndSessions): Promise<IdentifiedUser> {
    const known = await this.findByOpenid(proof);
    if (known) return { user: await this.updateKnown(known, proof, endSessions), isNewUser: false };
    const { userId, isNewUser, refusedUnionid } = await this.dataSource.transaction((manager) =>
      this.joinOrCreate(manager, proof),
    );
    if (refusedUnionid) await this.conflicts.record(userId, proof);
    return { user: await this.living(userId), isNewUser };
  }

  private async findByOpenid({ appId, openid }: ProvenIdentity): Promise<KnownIdentity | undefined> {
    const [row] = await this.dataSource.query<(UserRow & IdentityRow)[]>(this.selectByOpenid, [
      appId,
      openid,
    ]);
    return row && { ...row, user: row };
  }

  private async updateKnown(
    known: KnownIdentity,
    proof: ProvenIdentity,
    endSessions: EndSessions,
  ): Promise<UserRow> {
    if (proof.sessionKey !== undefined) {
      await this.sessionKeys.remember(known.identityId, known.sessionKeysSealed, proof.sessionKey);
    }
    const { unionid } = proof;
    if (unionid === known.unionid) return known.user;
    if (unionid !== undefined) return this.acceptUnionid(known, proof, unionid, endSessions);
    await this.noteUnionidStatus(known, proof);
    return known.user;
  }

  /** One that cannot be theirs, or of whom an operator has told them apart before, changes nothing but its status. */
  private async acceptUnionid(
    known: KnownIdentity,
    proof: ProvenIdentity,
    unionid: string,
    endSessions: EndSessions,
  ): Promise<UserRow> {
    const { appId } = proof;
    const verdict = known.unionid === null ? await this.claimUnionid(known, appId, unionid) : 'refused';
    if (verdict === 'accepted') return known.user;
    const survivor = verdict === 'other user' && (await this.becomeOne(known, appId, unionid, endSessions));
    if (survivor) return survivor;
    await this.noteUnionidStatus(known, proof);
    await this.conflicts.record(known.user.id, proof);
    return known.user;
  }

  /** What WeChat shows may change with the scope that the person consented to, also where it is not believed. */
  private async noteUnionidStatus(known: IdentityRow, { unionidStatus }: ProvenIdentity): Promise<void> {
    if (known.unionid !== null || known.unionidStatus === unionidStatus) return;
    await this.dataSource.manager.update(
      WechatIdentityEntity,
      { id: known.identityId, unionid: IsNull() },
      { unionidStatus },
    );
  }

  /** The survivor; nothing where an operator has parted these two before. */
  private async becomeOne(
    { identityId, user }: KnownIdentity,
    appId: string,
    unionid: string,
    endSessions: EndSessions,
  ): Promise<UserRow | undefined> {
    const survivorId = await this.merges.merge({ userId: user.id, identityId, unionid, appId }, endSessions);
    return survivorId === undefined ? undefined : this.living(survivorId);
  }

  /** Whoever has become another since must be looked for anew. */
  private async living(userId: string): Promise<UserRow> {
    return this.users.find(userId).catch((error: unknown) => {
      throw error instanceof AppError && error.error === 'not_found' ? new StaleRead() : error;
    });
  }

  private claimUnionid(known: KnownIdentity, appId: string, unionid: string): Promise<LateUnionid> {
    const { identityId: id, user } = known;
    return this.dataSource.transaction(async (manager) => {
      await holdLiving(manager, user.id);
      if (await manager.existsBy(WechatIdentityEntity, { appId, unionid })) {
        return (await hasUnionid(manager, id, unionid)) ? 'accepted' : 'refused';
      }
      const owner = await ownerOf(manager, unionid);
      if (owner !== undefined && owner !== user.id) return 'other user';
      if (owner === undefined) await manager.insert(WechatUnionEntity, { unionid, userId: user.id });
      const { affected } = await manager.update(
        WechatIdentityEntity,
        { id, userId: user.id, unionid: IsNull() },
        { unionid, unionidStatus: 'present' },
      );
      if (affected !== 1) throw new StaleRead();
      return 'accepted';
    });
  }

  /** An unknown openid: of the user who has its unionid, else of a new user. */
  private async joinOrCreate(manager: EntityManager, proof: ProvenIdentity): Promise<NewIdentity> {
    const owner = proof.unionid === undefined ? undefined : await ownerOf(manager, proof.unionid);
    const refusedUnionid = owner !== undefined && (await hasIdentityIn(manager, proof));
    const unionid = refusedUnionid ? undefined : proof.unionid;
    const known = refusedUnionid ? undefined : owner;
    const userId = known ?? (await createUser(manager, unionid));
    // First what only one of many may insert: the others learn of it together, and do not queue for the owner.
    await manager.insert(WechatIdentityEntity, newIdentity(this.sessionKeys, userId, { ...proof, unionid }));
    if (known !== undefined) await holdUnion(manager, proof.unionid!, known);
    return { userId, isNewUser: known === undefined, refusedUnionid };
  }
}

/** Whether a login at the same moment has filled it in already. */
function hasUnionid(manager: EntityManager, id: string, unionid: string): Promise<boolean> {
  return manager.existsBy(WechatIdentityEntity, { id, unionid });
}

/** Within one app a person has one openid: a second one with the same unionid is not believed. */
function hasIdentityIn(manager: EntityManager, { appId, unionid }: ProvenIdentity): Promise<boolean> {
  return manager.existsBy(WechatIdentityEntity, { appId, unionid });
}

async function ownerOf(manager: EntityManager, unionid: string): Promise<string | undefined> {
  const union = await manager.findOneBy(WechatUnionEntity, { unionid });
  return union?.userId;
}

/**
 * The owner was read before it was held: only now is it certain. Whoever merges, unlinks or erases the owner writes this
 * row too, so the user's own row, which every login writes, need not be held.
 */
async function holdUnion(manager: EntityManager, unionid: string, userId: string): Promise<void> {
  const { affected } = await manager.update(WechatUnionEntity, { unionid, userId }, { userId });
  if (affected !== 1) throw new StaleRead();
}

async function createUser(manager: EntityManager, unionid: string | undefined): Promise<string> {
  const now = Date.now();
  const id = newId();
  await manager.insert(UserEntity, { id, role: 'user', status: 'active', createdAt: now, lastLoginAt: now });
  if (unionid !== undefined) await manager.insert(WechatUnionEntity, { unionid, userId: id });
  return id;
}
