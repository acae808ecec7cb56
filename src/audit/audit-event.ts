/** What the audit log knows to name; `outcome` says how it went, `reason` why. */
export const auditEvents = [
  'login',
  'logout',
  'session_ended',
  'refresh_token_reused',
  'identity_created',
  'unionid_conflict',
  'address_blocked',
  'client_refused',
  'signing_key_rotated',
  'signing_key_removed',
] as const;

export type AuditEvent = (typeof auditEvents)[number];
