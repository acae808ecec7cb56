import {
  emergencyOverlapMs,
  isRetired,
  jwksMaxAgeSeconds,
  neededTtlMs,
  overlapMs,
  signerAt,
  stateOf,
  supersededAt,
} from './signing-key-schedule.js';

const life = 15 * 60_000;
const key = (sequence: number, signsFrom: number, canSign = true) => ({
  sequence,
  signsFrom,
  canSign,
  tokenTtlMs: life,
});

describe('the succession of signing keys', () => {
  const [first, second] = [key(1, 0), key(2, 1000)];
  const keys = [first, second];

  it('has a key sign from its time on and not before', () => {
    expect(signerAt(keys, 999)).toBe(first);
    expect(signerAt(keys, 1000)).toBe(second);
  });

  it('always has a signer, also by a clock that is behind', () => {
    expect(signerAt([key(1, 1000)], 0)).toEqual(key(1, 1000));
  });

  it('calls them next, current and retiring', () => {
    expect(keys.map((one) => stateOf(one, keys, 500))).toEqual(['current', 'next']);
    expect(keys.map((one) => stateOf(one, keys, 1500))).toEqual(['retiring', 'current']);
  });

  it('has the newest that can sign take the place of one that cannot', () => {
    const sealed = [first, second, key(3, 2000, false)];
    expect(signerAt(sealed, 3000)).toBe(second);
    expect(sealed.map((one) => stateOf(one, sealed, 3000))).toEqual(['retiring', 'current', 'sealed']);
    expect(signerAt([key(1, 0, false), second], 500)).toBe(second);
    expect(signerAt([key(1, 0, false)], 500)).toBeUndefined();
  });

  it('lets an emergency overtake a key that waits, which then never signs', () => {
    const hasty = key(3, 600);
    const all = [first, second, hasty];
    expect(signerAt(all, 700)).toBe(hasty);
    expect(signerAt(all, 2000)).toBe(hasty);
    expect(supersededAt(first, all)).toBe(600);
    for (const now of [550, 700, 2000]) expect(stateOf(second, all, now)).toBe('overtaken');
  });

  it('retires a key once the last token it signed has expired, and the newest never', () => {
    expect(isRetired(first, keys, 1000 + life)).toBe(false);
    expect(isRetired(first, keys, 1000 + life + 60_000)).toBe(true);
    expect(isRetired({ ...first, tokenTtlMs: 2 * life }, keys, 1000 + life + 60_000)).toBe(false);
    expect(isRetired(second, keys, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it('needs a key for as long as its tokens live, once it signs or will, and no more once it does not', () => {
    expect(keys.map((one) => neededTtlMs(one, keys, life, 500))).toEqual([life, life]);
    expect(keys.map((one) => neededTtlMs(one, keys, life, 1500))).toEqual([0, life]);
  });

  it('needs a key longer where it signs past its time, so that it is never retired meanwhile', () => {
    const sealed = [first, key(2, 1000, false)];
    for (const now of [1001, 60_000, 3_600_000, 86_400_000]) {
      const tokenTtlMs = neededTtlMs(first, sealed, life, now);
      expect(isRetired({ ...first, tokenTtlMs }, sealed, now + life)).toBe(false);
      expect(tokenTtlMs).toBeLessThan(now + 2 * life);
      expect(neededTtlMs(sealed[1]!, sealed, life, now)).toBe(0);
    }
  });

  it('publishes a key longer before its time than verifiers keep the old set', () => {
    expect(overlapMs).toBeGreaterThan(2 * jwksMaxAgeSeconds * 1000);
    expect(emergencyOverlapMs).toBeLessThan(10_000);
  });
});
