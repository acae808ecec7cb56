/** Why a session ended, as its owner is told; part of the contract. */
export const endReasons = [
  'logged_out',
  'revoked',
  'kicked',
  'replaced',
  'expired',
  'refresh_token_reused',
  'password_changed',
  'user_locked',
  'user_erased',
  'merged',
  'authorization_cancelled',
] as const;

export type EndReason = (typeof endReasons)[number];
