import { In, type EntityManager } from 'typeorm';
import type { Sealer } from '../platform/crypto/sealer.js';
import { AppError } from '../platform/errors/app-error.js';
import type { BeforeMerge, InheritedField } from './before-merge.js';
import { StaleRead } from './living-user.js';
import { chosenOf, chosenText } from './profile.js';
import { sealedPhone } from './sealed-user-columns.js';
import type { UserMergeEntity } from './user-merge.entity.js';
import { UserEntity } from './user.entity.js';
import { hasWayIn, movePassword } from './ways-in.js';
import { WechatIdentityEntity } from './wechat-identity.entity.js';
import { WechatUnionEntity } from './wechat-union.entity.js';

/**
 * Makes a user two again, within a transaction that holds it.
 * @throws AppError conflict where one of the two would be left without a way in; StaleRead where the other is gone
 */
export async function partUsers(
  manager: EntityManager,
  { survivorId, mergedId }: UserMergeEntity,
  before: BeforeMerge,
  sealer: Sealer,
): Promise<void> {
  const survivor = await manager.findOneByOrFail(UserEntity, { id: survivorId });
  const merged = await manager.findOneBy(UserEntity, { id: mergedId, mergedInto: survivorId });
  if (!merged) throw new StaleRead();
  // First the username is set free: it may be nobody's twice.
  const left = givenBack(survivor, merged, before, sealer);
  await manager.update(UserEntity, { id: survivorId }, left);
  await manager.update(UserEntity, { id: mergedId }, { ...before.merged, mergedInto: null });
  if (left.username === null) await movePassword(manager, survivorId, mergedId);
  await takeBackUnionid(manager, survivorId, before);
  await moveBack(manager, survivorId, mergedId, before);
  for (const id of [survivorId, mergedId]) {
    if (!(await hasWayIn(manager, id))) throw new AppError('conflict');
  }
}

/** The survivor without what it took over; what the person has changed since then stays. */
function givenBack(survivor: UserEntity, merged: UserEntity, before: BeforeMerge, sealer: Sealer) {
  const phoneOf = ({ id, phoneSealed }: UserEntity) =>
    phoneSealed && sealer.open(phoneSealed, sealedPhone.placeOf(id));
  const unchanged = (field: InheritedField) => {
    if (field === 'username') return survivor.username === before.merged.username;
    if (field === 'phoneMasked' || field === 'phoneSealed') return phoneOf(survivor) === phoneOf(merged);
    return survivor[field] === merged[field];
  };
  const fields = before.inherited.filter(unchanged);
  const cleared = Object.fromEntries(fields.map((field) => [field, null])) as Partial<UserEntity>;
  const chose = chosenOf(before.survivor);
  const chosen = [...chosenOf(survivor)].filter(
    (field) => chose.has(field) || !(fields as string[]).includes(field),
  );
  const lockedByMerge = before.survivor.status === 'active' && before.merged.status === 'locked';
  return { ...cleared, chosen: chosenText(chosen), status: lockedByMerge ? 'active' : survivor.status };
}

/** The unionid that proved the two to be one is not believed any more. */
async function takeBackUnionid(manager: EntityManager, survivorId: string, { filled }: BeforeMerge) {
  if (filled === null) return;
  const { identityId: id, unionidStatus } = filled;
  await manager.update(WechatIdentityEntity, { id, userId: survivorId }, { unionid: null, unionidStatus });
}

/** A unionid goes where its identities go; one that nobody shows any more is forgotten. */
async function moveBack(manager: EntityManager, from: string, to: string, before: BeforeMerge) {
  const identities = await manager.findBy(WechatIdentityEntity, { userId: from });
  const leaving = leavingOf(identities, before);
  const shown = unionidsOf(identities);
  const left = unionidsOf(leaving);
  const unions = await manager.findBy(WechatUnionEntity, { userId: from });
  const forgotten = unions.map(({ unionid }) => unionid).filter((unionid) => !shown.has(unionid));
  await manager.update(WechatIdentityEntity, { id: In(leaving.map(({ id }) => id)) }, { userId: to });
  await manager.update(WechatUnionEntity, { unionid: In([...left]), userId: from }, { userId: to });
  await manager.delete(WechatUnionEntity, { unionid: In(forgotten), userId: from });
}

/**
 * What moved then and what joined it since by its unionid; but what has since turned out to share a unionid with the
 * survivor's own stays.
 */
function leavingOf(identities: WechatIdentityEntity[], { identityIds, unionids }: BeforeMerge) {
  const moved = ({ id }: WechatIdentityEntity) => identityIds.includes(id);
  const staying = unionidsOf(identities.filter((identity) => !moved(identity)));
  return identities.filter((identity) => {
    const { unionid } = identity;
    if (unionid === null) return moved(identity);
    return unionids.includes(unionid) || (moved(identity) && !staying.has(unionid));
  });
}

function unionidsOf(identities: WechatIdentityEntity[]): Set<string> {
  return new Set(identities.map(({ unionid }) => unionid).filter((unionid) => unionid !== null));
}
