import type { EntityManager } from 'typeorm';
import { UnsealError, type Sealer } from '../platform/crypto/sealer.js';
import { inheritedFields, type BeforeMerge } from './before-merge.js';
import { chosenOf, chosenText } from './profile.js';
import { sealedPhone } from './sealed-user-columns.js';
import { UserEntity } from './user.entity.js';
import { movePassword } from './ways-in.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/** A unionid that came late to an identity of one user, and is another's already. */
export interface MergeCause {
  userId: string;
  identityId: string;
  unionid: string;
  appId: string;
}

/** Two users that are one person; the older one survives. */
export interface Pair {
  survivor: UserEntity;
  merged: UserEntity;
}

/**
 * Makes two users one, within a transaction that holds both; what was before.
 * @param cause null where an operator says so
 */
export async function uniteUsers(
  manager: EntityManager,
  { survivor, merged }: Pair,
  cause: MergeCause | null,
  sealer: Sealer,
): Promise<BeforeMerge> {
  const moved = await moveIdentities(manager, merged.id, survivor.id);
  const filled = cause && (await fillUnionid(manager, cause));
  const phoneSealed = sealedAnew(merged, survivor.id, sealer);
  const given = { ...merged, phoneSealed, phoneMasked: phoneSealed && merged.phoneMasked };
  const inherited = inheritedFields.filter((field) => survivor[field] === null && given[field] !== null);
  // First the username is set free: it may be nobody's twice.
  const gone = { status: 'merged', mergedInto: survivor.id, username: null } as const;
  await manager.update(UserEntity, { id: merged.id }, gone);
  const status = [survivor.status, merged.status].includes('locked') ? 'locked' : 'active';
  const taken = inheritance(survivor, given, inherited);
  await manager.update(UserEntity, { id: survivor.id }, { ...taken, status });
  if (inherited.includes('username')) await movePassword(manager, merged.id, survivor.id);
  return {
    survivor: { status: livingStatus(survivor), chosen: survivor.chosen },
    merged: { status: livingStatus(merged), username: merged.username },
    inherited,
    ...moved,
    filled,
  };
}

async function moveIdentities(manager: EntityManager, from: string, to: string) {
  const identities = await manager.findBy(WechatIdentityEntity, { userId: from });
  const unions = await manager.findBy(WechatUnionEntity, { userId: from });
  await manager.update(WechatIdentityEntity, { userId: from }, { userId: to });
  await manager.update(WechatUnionEntity, { userId: from }, { userId: to });
  return { identityIds: identities.map(({ id }) => id), unionids: unions.map(({ unionid }) => unionid) };
}

async function fillUnionid(manager: EntityManager, { identityId: id, unionid }: MergeCause) {
  const { unionidStatus } = await manager.findOneByOrFail(WechatIdentityEntity, { id });
  await manager.update(WechatIdentityEntity, { id }, { unionid, unionidStatus: 'present' });
  return { identityId: id, unionidStatus };
}

/** The phone number is sealed to its row. One that no key opens stays where it is: a login must not fail by it. */
function sealedAnew({ id, phoneSealed }: UserEntity, survivorId: string, sealer: Sealer): string | null {
  if (phoneSealed === null) return null;
  try {
    const phone = sealer.open(phoneSealed, sealedPhone.placeOf(id));
    return sealer.seal(phone, sealedPhone.placeOf(survivorId));
  } catch (error) {
    if (error instanceof UnsealError) return null;
    throw error;
  }
}

/** What the survivor takes over. */
function inheritance(
  survivor: UserEntity,
  merged: UserEntity,
  fields: BeforeMerge['inherited'],
): Partial<UserEntity> {
  const inherited: Partial<UserEntity> = Object.fromEntries(fields.map((field) => [field, merged[field]]));
  const chosen = [...chosenOf(merged)].filter((field) => (fields as string[]).includes(field));
  return { ...inherited, chosen: chosenText([...chosenOf(survivor), ...chosen]) };
}

function livingStatus({ status }: UserEntity): 'active' | 'locked' {
  return status === 'locked' ? 'locked' : 'active';
}
