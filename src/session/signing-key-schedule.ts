/** How long verifiers may keep the published keys before they ask again. */
export const jwksMaxAgeSeconds = 300;

/** From its publication to a new key's first signature: three times as long as any cache keeps the old set. */
export const overlapMs = 3 * jwksMaxAgeSeconds * 1000;

/** The same in an emergency: the time every replica needs to read it, with room for a slow one. */
export const emergencyOverlapMs = 5000;

/** For clocks that differ and answers under way, beyond the life of the last token. */
const marginMs = 60_000;

/** A key's place in the succession; times are milliseconds. */
export interface Scheduled {
  sequence: number;
  signsFrom: number;
}

export type KeyState = 'next' | 'current' | 'retiring';

/** @param keys oldest first, at least one. The newest whose time has come signs. */
export function signerAt<Key extends Scheduled>(keys: Key[], now: number): Key {
  return keys.findLast(({ signsFrom }) => signsFrom <= now) ?? keys[0]!;
}

/** When a younger key takes over; an impatient rotation may overtake one that still waits. */
export function supersededAt(key: Scheduled, keys: Scheduled[]): number {
  const younger = keys.filter(({ sequence }) => sequence > key.sequence);
  return Math.min(...younger.map(({ signsFrom }) => signsFrom));
}

/** Whether the last token that it signed has expired everywhere. */
export function isRetired(key: Scheduled, keys: Scheduled[], tokenLifeMs: number, now: number): boolean {
  return supersededAt(key, keys) + tokenLifeMs + marginMs <= now;
}

export function stateOf(key: Scheduled, keys: Scheduled[], now: number): KeyState {
  if (key === signerAt(keys, now)) return 'current';
  return supersededAt(key, keys) <= now ? 'retiring' : 'next';
}
