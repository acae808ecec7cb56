import { timingSafeEqual } from 'node:crypto';

/** Whether a signature is the expected one, in a time that does not tell where the two first differ. */
export function sameSignature(shown: string, expected: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
