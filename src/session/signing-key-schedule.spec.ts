import {
  emergencyOverlapMs,
  isRetired,
  jwksMaxAgeSeconds,
  overlapMs,
  signerAt,
  stateOf,
  supersededAt,
} from './signing-key-schedule.js';

const key = (sequence: number, signsFrom: number) => ({ sequence, signsFrom });

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

  it('lets an emergency overtake a key that waits, which then never signs', () => {
    const hasty = key(3, 600);
    const all = [first, second, hasty];
    expect(signerAt(all, 700)).toBe(hasty);
    expect(signerAt(all, 2000)).toBe(hasty);
    expect(supersededAt(first, all)).toBe(600);
    expect(stateOf(second, all, 700)).toBe('retiring');
  });

  it('retires a key once the last token it signed has expired, and the newest never', () => {
    const life = 15 * 60_000;
    expect(isRetired(first, keys, life, 1000 + life)).toBe(false);
    expect(isRetired(first, keys, life, 1000 + life + 60_000)).toBe(true);
    expect(isRetired(second, keys, life, Number.MAX_SAFE_INTEGER)).toBe(false);
  });

  it('publishes a key longer before its time than verifiers keep the old set', () => {
    expect(overlapMs).toBeGreaterThan(2 * jwksMaxAgeSeconds * 1000);
    expect(emergencyOverlapMs).toBeLessThan(10_000);
  });
});
