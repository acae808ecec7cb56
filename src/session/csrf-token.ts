import { createHmac } from 'node:crypto';

/**
 * The CSRF token of a session: derived from what only the session's row and its refresh tokens know, so that it belongs
 * to this session, stays the same over refreshes and needs no column.
 * @returns 43 characters, base64url
 */
export function csrfTokenOf(familyHash: string): string {
  return createHmac('sha256', familyHash).update('csrf').digest('base64url');
}
