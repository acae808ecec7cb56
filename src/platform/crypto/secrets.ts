import { createHash } from 'node:crypto';

/** What lies at rest instead of a token: SHA-256, base64url, 43 characters. */
export function hashSecret(secret: string | Buffer): string {
  return createHash('sha256').update(secret).digest('base64url');
}
