import type { Snapshot } from './one-person-world.js';

/** Every sentence that the rows break which hold whatever has happened, in whichever order. */
export function brokenLaws(rows: Snapshot): string[] {
  return [...identityLaws(rows), ...unionLaws(rows), ...userLaws(rows), ...mergeLaws(rows)];
}

function identityLaws({ identities, users, unions }: Snapshot): string[] {
  const living = new Set(users.filter(({ mergedInto }) => mergedInto === null).map(({ id }) => id));
  const owners = new Map(unions.map(({ unionid, userId }) => [unionid, userId]));
  return [
    ...identities
      .filter(({ userId }) => !living.has(userId))
      .map(({ id }) => `identity ${id} has no living user`),
    ...identities
      .filter(({ unionid, userId }) => unionid !== null && owners.get(unionid) !== userId)
      .map(({ id, unionid }) => `identity ${id} has unionid ${unionid}, which is not its user's`),
    ...identities
      .filter(({ unionid, unionidStatus }) => unionid !== null && unionidStatus !== 'present')
      .map(({ id }) => `identity ${id} has a unionid and says that it has none`),
    ...twice(identities.map(({ appId, openid }) => `${appId} ${openid}`)),
    ...twice(identities.flatMap(({ appId, unionid }) => (unionid === null ? [] : `${appId} ${unionid}`))),
  ];
}

function unionLaws({ identities, unions }: Snapshot): string[] {
  const shown = new Set(identities.map(({ userId, unionid }) => `${userId} ${unionid}`));
  return unions
    .filter(({ userId, unionid }) => !shown.has(`${userId} ${unionid}`))
    .map(({ userId, unionid }) => `unionid ${unionid} is said to be of ${userId}, who has no such identity`);
}

function userLaws({ users, identities, passwords }: Snapshot): string[] {
  const named = new Set(passwords.map(({ userId }) => userId));
  const ids = new Set(users.map(({ id }) => id));
  const identified = new Set(identities.map(({ userId }) => userId));
  return [
    ...users
      .filter(({ status, mergedInto }) => (status === 'merged') !== (mergedInto !== null))
      .map(({ id, status }) => `user ${id} is ${status}, which does not fit`),
    ...users
      .filter(({ id, mergedInto }) => mergedInto === null && !identified.has(id) && !named.has(id))
      .map(({ id }) => `user ${id} has no way in`),
    ...users
      .filter(({ id, username }) => (username !== null) !== named.has(id))
      .map(({ id }) => `user ${id} has a name without a password, or a password without a name`),
    ...users
      .filter(({ mergedInto }) => mergedInto !== null && !ids.has(mergedInto))
      .map(({ id }) => `user ${id} became somebody who is not there`),
  ];
}

function mergeLaws({ users, merges }: Snapshot): string[] {
  const byId = new Map(users.map((user) => [user.id, user]));
  const survivorOf = (id: string): string => {
    const into = byId.get(id)?.mergedInto;
    return into ? survivorOf(into) : id;
  };
  const age = (id: string) => `${String(byId.get(id)?.createdAt).padStart(16, '0')} ${id}`;
  return [
    ...merges
      .filter(({ survivorId, mergedId }) => age(survivorId) > age(mergedId))
      .map(({ id }) => `in merge ${id} the younger survived`),
    ...merges
      .filter(({ undoneAt }) => undoneAt === null)
      .filter(({ survivorId, mergedId }) => byId.get(mergedId)?.mergedInto !== survivorId)
      .map(({ id }) => `merge ${id} stands, and yet it does not`),
    ...merges
      .filter(({ undoneAt }) => undoneAt !== null)
      .filter(({ survivorId, mergedId }) => survivorOf(survivorId) === survivorOf(mergedId))
      .map(({ id }) => `merge ${id} was undone, and its users are one again`),
    ...merges
      .filter(({ undoneAt, beforeSealed }) => (undoneAt === null) !== (beforeSealed !== null))
      .map(({ id }) => `merge ${id} keeps what it should not, or does not keep what it should`),
  ];
}

function twice(keys: string[]): string[] {
  return keys.filter((key, i) => keys.indexOf(key) !== i).map((key) => `${key} is there twice`);
}
