/** What the audit log knows to name; `outcome` says how it went, `reason` why. */
export const auditEvents = [
  'login',
  'logout',
  'session_ended',
  'refresh_token_reused',
  'identity_created',
  'identity_linked',
  'identity_unlinked',
  'unionid_conflict',
  'identity_conflict',
  'users_merged',
  'merge_undone',
  'phone_bound',
  'consent_revoked',
  'profile_cleared',
  'user_erased',
  'address_blocked',
  'client_refused',
  'signing_key_rotated',
  'signing_key_removed',
] as const;

export type AuditEvent = (typeof auditEvents)[number];
