import { createHash, timingSafeEqual } from 'node:crypto';

/** What lies at rest instead of a token: SHA-256, base64url, 43 characters. */
export function hashSecret(secret: string | Buffer): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** Whether two texts are the same, in a time that does not tell where they first differ. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
