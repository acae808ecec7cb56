import { Injectable, Logger } from '@nestjs/common';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { v7 as newId } from 'uuid';
import { AuditLog } from '../audit/audit-log.service.js';
import { isDuplicate, isTransient } from '../platform/database/database-fault.js';
import { selectList } from '../platform/database/select-list.js';
import { AppError } from '../platform/errors/app-error.js';
import { UserEntity } from './user.entity.js';
import { toUserView, type UserRow, type UserView } from './user.view.js';
import { Users } from './users.service.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** What WeChat has proved of a person. */
export interface ProvenIdentity {
  kind: string;
  appId: string;
  openid: string;
  unionid?: string;
}

export interface IdentifiedUser {
  user: UserView;
  isNewUser: boolean;
}

interface KnownIdentity {
  identityId: string;
  unionid: string | null;
  user: UserView;
}

interface NewIdentity {
  userId: string;
  isNewUser: boolean;
  /** The unionid is that of another person of this very app, so it was not believed. */
  refusedUnionid: boolean;
}

/** Races of one person are few: each lost one finds what the winner wrote. */
const attempts = 10;

/** Finds the one user behind a WeChat identity, or makes them; the unique indexes decide every race. */
@Injectable()
export class Identities {
  private readonly logger = new Logger('Identities');
  private readonly selectByOpenid: string;

  constructor(
    private readonly dataSource: DataSource,
    private readonly users: Users,
    private readonly audit: AuditLog,
  ) {
    const columns = selectList(dataSource, UserEntity, 'u');
    this.selectByOpenid = `SELECT i.id AS identityId, i.unionid AS unionid, ${columns}
      FROM wechat_identities i JOIN users u ON u.id = i.user_id WHERE i.app_id = ? AND i.openid = ?`;
  }

  async identify(proof: ProvenIdentity): Promise<IdentifiedUser> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.findOrCreate(proof);
      } catch (error) {
        if (!isDuplicate(error) && !isTransient(error)) throw error;
        if (attempt === attempts)
          throw new AppError('dependency_unavailable', { retryAfterSeconds: 1, cause: error });
      }
    }
  }

  private async findOrCreate(proof: ProvenIdentity): Promise<IdentifiedUser> {
    const known = await this.findByOpenid(proof);
    if (known) {
      await this.acceptUnionid(known, proof);
      return { user: known.user, isNewUser: false };
    }
    const { userId, isNewUser, refusedUnionid } = await this.dataSource.transaction((manager) =>
      joinOrCreate(manager, proof),
    );
    if (refusedUnionid) this.warnOfUnionid(userId, proof);
    return { user: await this.users.get(userId), isNewUser };
  }

  private async findByOpenid({ appId, openid }: ProvenIdentity): Promise<KnownIdentity | undefined> {
    const rows = await this.dataSource.query<(UserRow & KnownIdentity)[]>(this.selectByOpenid, [
      appId,
      openid,
    ]);
    return rows.map((row) => ({
      identityId: row.identityId,
      unionid: row.unionid,
      user: toUserView(row),
    }))[0];
  }

  /** A unionid that WeChat gives later is filled in; one that speaks against what is known changes nothing. */
  private async acceptUnionid(known: KnownIdentity, proof: ProvenIdentity): Promise<void> {
    const { unionid } = proof;
    if (unionid === undefined || unionid === known.unionid) return;
    const accepted = known.unionid === null && (await this.claimUnionid(known, proof.appId, unionid));
    if (!accepted) this.warnOfUnionid(known.user.id, proof);
  }

  private warnOfUnionid(userId: string, { appId }: ProvenIdentity): void {
    this.logger.warn(`app ${appId} gave user ${userId} a unionid that cannot be theirs`);
    this.audit.record({ event: 'unionid_conflict', outcome: 'failure', userId, appId });
  }

  private claimUnionid(known: KnownIdentity, appId: string, unionid: string): Promise<boolean> {
    const { identityId: id, user } = known;
    return this.dataSource.transaction(async (manager) => {
      const owner = await ownerOf(manager, unionid);
      if (owner !== undefined && owner !== user.id) return false;
      if (await manager.existsBy(WechatIdentityEntity, { appId, unionid }))
        return hasUnionid(manager, id, unionid);
      if (owner === undefined) await manager.insert(WechatUnionEntity, { unionid, userId: user.id });
      const { affected } = await manager.update(WechatIdentityEntity, { id, unionid: IsNull() }, { unionid });
      return affected === 1 || hasUnionid(manager, id, unionid);
    });
  }
}

/** Whether a login at the same moment has filled it in already. */
function hasUnionid(manager: EntityManager, id: string, unionid: string): Promise<boolean> {
  return manager.existsBy(WechatIdentityEntity, { id, unionid });
}

/** An unknown openid: of the user who has its unionid, else of a new user. */
async function joinOrCreate(manager: EntityManager, proof: ProvenIdentity): Promise<NewIdentity> {
  const owner = proof.unionid === undefined ? undefined : await ownerOf(manager, proof.unionid);
  const refusedUnionid = owner !== undefined && (await hasIdentityIn(manager, proof));
  const unionid = refusedUnionid ? undefined : proof.unionid;
  const known = refusedUnionid ? undefined : owner;
  const userId = known ?? (await createUser(manager, unionid));
  await manager.insert(WechatIdentityEntity, {
    id: newId(),
    userId,
    kind: proof.kind,
    appId: proof.appId,
    openid: proof.openid,
    unionid: unionid ?? null,
    linkedAt: Date.now(),
  });
  return { userId, isNewUser: known === undefined, refusedUnionid };
}

/** Within one app a person has one openid: a second one with the same unionid is not believed. */
function hasIdentityIn(manager: EntityManager, { appId, unionid }: ProvenIdentity): Promise<boolean> {
  return manager.existsBy(WechatIdentityEntity, { appId, unionid });
}

async function ownerOf(manager: EntityManager, unionid: string): Promise<string | undefined> {
  const union = await manager.findOneBy(WechatUnionEntity, { unionid });
  return union?.userId;
}

async function createUser(manager: EntityManager, unionid: string | undefined): Promise<string> {
  const now = Date.now();
  const id = newId();
  await manager.insert(UserEntity, { id, role: 'user', status: 'active', createdAt: now, lastLoginAt: now });
  if (unionid !== undefined) await manager.insert(WechatUnionEntity, { unionid, userId: id });
  return id;
}
