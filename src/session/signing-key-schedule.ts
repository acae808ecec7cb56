/** How long verifiers may keep the published keys before they ask again. */
export const jwksMaxAgeSeconds = 300;

/** From its publication to a new key's first signature: three times as long as any cache keeps the old set. */
export const overlapMs = 3 * jwksMaxAgeSeconds * 1000;

/** The same in an emergency: the time every replica needs to read it, with room for a slow one. */
export const emergencyOverlapMs = 5000;

/** For clocks that differ and answers under way, beyond the life of the last token. */
const marginMs = 60_000;

/** So that a key that signs in another's place is written down once in a while, not at each look. */
const substituteStepMs = 15 * 60_000;

/** A key's place in the succession; times are milliseconds. */
export interface Scheduled {
  sequence: number;
  signsFrom: number;
}

/** One whose private half is at hand can sign; any can verify. */
export interface Candidate extends Scheduled {
  canSign: boolean;
}

/** One that knows for how long its tokens live after a younger key took over. */
export interface Retirable extends Scheduled {
  tokenTtlMs: number;
}

export type KeyState = 'next' | 'current' | 'retiring' | 'overtaken' | 'sealed';

/** @param keys oldest first. The newest that can and whose time has come signs; undefined where none can. */
export function signerAt<Key extends Candidate>(keys: Key[], now: number): Key | undefined {
  const able = keys.filter(({ canSign }) => canSign);
  return able.findLast(({ signsFrom }) => signsFrom <= now) ?? able[0];
}

/** When a younger key takes over; an impatient rotation may overtake one that still waits. */
export function supersededAt(key: Scheduled, keys: Scheduled[]): number {
  return Math.min(...youngerThan(key, keys).map(({ signsFrom }) => signsFrom));
}

/**
 * How long, counted from when a younger key takes over, the tokens live that this key signs now or later; 0 where it
 * signs no more. It signs past its time where the younger one cannot be opened.
 */
export function neededTtlMs<Key extends Candidate>(
  key: Key,
  keys: Key[],
  accessTtlMs: number,
  now: number,
): number {
  const lateMs = Math.max(0, now - supersededAt(key, keys));
  if (!key.canSign || (lateMs > 0 && key !== signerAt(keys, now))) return 0;
  return Math.ceil(lateMs / substituteStepMs) * substituteStepMs + accessTtlMs;
}

/** Whether the last token that it signed has expired everywhere. */
export function isRetired(key: Retirable, keys: Scheduled[], now: number): boolean {
  return supersededAt(key, keys) + key.tokenTtlMs + marginMs <= now;
}

/** `overtaken` never signs, as a younger key signs sooner; `sealed` would sign, were its private half at hand. */
export function stateOf<Key extends Candidate>(key: Key, keys: Key[], now: number): KeyState {
  if (key === signerAt(keys, now)) return 'current';
  if (youngerThan(key, keys).some(({ signsFrom }) => signsFrom <= key.signsFrom)) return 'overtaken';
  if (supersededAt(key, keys) <= now) return 'retiring';
  return key.canSign ? 'next' : 'sealed';
}

function youngerThan<Key extends Scheduled>(key: Scheduled, keys: Key[]): Key[] {
  return keys.filter(({ sequence }) => sequence > key.sequence);
}
