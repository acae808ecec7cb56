import { Injectable } from '@nestjs/common';
import { DataSource, IsNull, Not, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/audit-log.service.js';
import { AppError } from '../platform/errors/app-error.js';
import type { Whence } from '../platform/http/client-address.js';
import { toIdentityView, type IdentityView } from './identity.view.js';
import { holdLiving, StaleRead } from './living-user.js';
import { newIdentity } from './new-identity.js';
import type { ProvenIdentity } from './proven-identity.js';
import { retryRaces } from './retry-races.js';
import { SessionKeys } from './session-keys.service.js';
import { hasPassword } from './ways-in.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** An identity that a person has shown to be theirs. */
export interface Linked {
  identity: IdentityView;
  /** False where it was theirs already, so that showing it proved who they are. */
  isNew: boolean;
}

/** Refuses to let the ways in be changed, within the transaction in which that would happen. */
export type RequireAllowed = (manager: EntityManager) => Promise<void>;

/** What a person does with the ways by which they are known: sees them, adds one, takes one away. */
@Injectable()
export class IdentityLinks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessionKeys: SessionKeys,
    private readonly audit: AuditLog,
  ) {}

  /** All of a user, the oldest first. */
  async list(userId: string): Promise<IdentityView[]> {
    const identities = await this.dataSource.manager.find(WechatIdentityEntity, {
      where: { userId },
      order: { linkedAt: 'ASC', id: 'ASC' },
    });
    return identities.map(toIdentityView);
  }

  /**
   * Adds a proven identity to a user who is logged in; one that is theirs already stays. Linking never merges.
   * @param mayAdd asked only where it is new
   * @throws AppError identity_taken, not_found where the user is no more, and what mayAdd throws
   */
  async link(
    userId: string,
    proof: ProvenIdentity,
    whence: Partial<Whence>,
    mayAdd: RequireAllowed,
  ): Promise<Linked> {
    const { identity, isNew } = await retryRaces(() =>
      this.dataSource.transaction((manager) => this.addTo(manager, userId, proof, whence, mayAdd)),
    );
    if (isNew) this.record('identity_linked', userId, identity, whence);
    else if (proof.sessionKey !== undefined) {
      await this.sessionKeys.remember(identity.id, identity.sessionKeysSealed, proof.sessionKey);
    }
    return { identity: toIdentityView(identity), isNew };
  }

  /**
   * Takes an identity from its user.
   * @throws AppError not_found, last_identity where it is the only way in, and what mayRemove throws
   */
  async unlink(
    userId: string,
    id: string,
    whence: Partial<Whence>,
    mayRemove: RequireAllowed,
  ): Promise<void> {
    const identity = await retryRaces(() =>
      this.dataSource.transaction(async (manager) => {
        await holdUser(manager, userId);
        const identities = await manager.findBy(WechatIdentityEntity, { userId });
        const found = identities.find((candidate) => candidate.id === id);
        if (!found) throw new AppError('not_found');
        if (identities.length === 1 && !(await hasPassword(manager, userId)))
          throw new AppError('last_identity');
        await mayRemove(manager);
        await removeIdentity(manager, found);
        return found;
      }),
    );
    this.record('identity_unlinked', userId, identity, whence);
  }

  private async addTo(
    manager: EntityManager,
    userId: string,
    proof: ProvenIdentity,
    whence: Partial<Whence>,
    mayAdd: RequireAllowed,
  ): Promise<{ identity: WechatIdentityEntity; isNew: boolean }> {
    await holdUser(manager, userId);
    const { appId, openid } = proof;
    const known = await manager.findOneBy(WechatIdentityEntity, { appId, openid });
    if (known && known.userId !== userId) throw new AppError('identity_taken');
    if (await cannotBeTheirs(manager, proof, known)) {
      this.audit.record({ event: 'unionid_conflict', outcome: 'failure', userId, appId, ...whence });
      throw new AppError('identity_taken');
    }
    await claimUnionid(manager, userId, proof);
    if (known) return { identity: await fillUnionid(manager, known, proof), isNew: false };
    await mayAdd(manager);
    const identity = newIdentity(this.sessionKeys, userId, proof);
    await manager.insert(WechatIdentityEntity, identity);
    return { identity, isNew: true };
  }

  private record(
    event: 'identity_linked' | 'identity_unlinked',
    userId: string,
    { appId }: WechatIdentityEntity,
    whence: Partial<Whence>,
  ): void {
    this.audit.record({ event, outcome: 'success', userId, appId, ...whence });
  }
}

/** @throws AppError not_found where the user is gone or has become another */
async function holdUser(manager: EntityManager, userId: string): Promise<void> {
  await holdLiving(manager, userId).catch((error: unknown) => {
    throw error instanceof StaleRead ? new AppError('not_found') : error;
  });
}

/** Whether the unionid contradicts what is known: it has changed, or is that of another openid of this very app. */
async function cannotBeTheirs(
  manager: EntityManager,
  { appId, openid, unionid }: ProvenIdentity,
  known: WechatIdentityEntity | null,
): Promise<boolean> {
  if (unionid === undefined || known?.unionid === unionid) return false;
  if (known !== null && known.unionid !== null) return true;
  return manager.existsBy(WechatIdentityEntity, { appId, unionid, openid: Not(openid) });
}

/** The unionid of what is linked must be nobody's, or this user's. */
async function claimUnionid(
  manager: EntityManager,
  userId: string,
  { unionid }: ProvenIdentity,
): Promise<void> {
  if (unionid === undefined) return;
  const union = await manager.findOneBy(WechatUnionEntity, { unionid });
  if (union === null) await manager.insert(WechatUnionEntity, { unionid, userId });
  else if (union.userId !== userId) throw new AppError('identity_taken');
}

async function fillUnionid(
  manager: EntityManager,
  known: WechatIdentityEntity,
  { unionid }: ProvenIdentity,
): Promise<WechatIdentityEntity> {
  if (unionid === undefined || known.unionid === unionid) return known;
  const filled = { unionid, unionidStatus: 'present' as const };
  await manager.update(WechatIdentityEntity, { id: known.id, unionid: IsNull() }, filled);
  return { ...known, ...filled };
}

/** A unionid that no identity of the user has any more is forgotten with it. */
export async function removeIdentity(manager: EntityManager, identity: WechatIdentityEntity): Promise<void> {
  const { id, userId, unionid } = identity;
  await manager.delete(WechatIdentityEntity, { id });
  if (unionid === null || (await manager.existsBy(WechatIdentityEntity, { userId, unionid }))) return;
  await manager.delete(WechatUnionEntity, { unionid, userId });
}
