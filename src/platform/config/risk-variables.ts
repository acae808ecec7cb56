import { z } from 'zod';
import { parseApiClients } from './formats.js';
import { integer, limit, positiveDuration, variable, type Variable } from './variable.js';

const scanLife = positiveDuration.refine((ms) => ms <= 30 * 60_000, 'must be 30m at most');

/** What is limited, checked and remembered against abuse. */
export const riskVariables = {
  LOGIN_LIMIT_IP: variable(limit, {
    default: '300/1m',
    example: '300/1m',
    about: 'Logins and attempts to log in by address, in a sliding window',
  }),
  LOGIN_LIMIT_ACCOUNT: variable(limit, {
    default: '5/1m',
    example: '5/1m',
    about: 'Failed passwords by account, in a sliding window',
  }),
  REGISTER_LIMIT: variable(limit, {
    default: '10/1h',
    example: '10/1h',
    about: 'Accounts with a password made, or tried to be made, by address, in a sliding window',
  }),
  SCAN_LIMIT: variable(limit, {
    default: '60/1m',
    example: '60/1m',
    about: 'Scans begun by address, in a sliding window',
  }),
  SCAN_TTL: variable(scanLife, {
    default: '2m',
    example: '2m',
    about: 'Life of a scan to log in, 30m at most',
  }),
  SCAN_MATCH_CODE: variable(z.enum(['off', 'required'], 'must be off or required'), {
    default: 'off',
    example: 'required',
    about: 'Whether the phone must send the code that the computer shows',
  }),
  SCAN_OFFICIAL_ACCOUNT: variable(z.enum(['confirm', 'direct'], 'must be confirm or direct'), {
    default: 'confirm',
    example: 'direct',
    about:
      'direct: scanning an official account logs in without a further tap; not where a match code is required or SCAN_ADDRESS_MISMATCH blocks',
  }),
  SCAN_ADDRESS_MISMATCH: variable(z.enum(['flag', 'block'], 'must be flag or block'), {
    default: 'flag',
    example: 'block',
    about: 'Whether a phone at another address than the computer is noted in the audit log, or refused',
  }),
  DECRYPT_LIMIT: variable(limit, {
    default: '20/10m',
    example: '20/10m',
    about: 'Failed decryptions of encrypted data by session, in a sliding window',
  }),
  BLOCK_AFTER: variable(integer(1, 1000), {
    default: '3',
    example: '3',
    about: 'Full windows of failures before an address is put on the blocklist',
  }),
  BLOCK_FOR: variable(positiveDuration, {
    default: '15m',
    example: '15m',
    about: 'How long such an address stays on the blocklist',
  }),
  REPLAY_PROTECTION: variable(z.enum(['optional', 'required']), {
    default: 'optional',
    example: 'required',
    about: 'Whether login requests must carry X-Timestamp and X-Nonce, or may',
  }),
  API_CLIENTS: variable(z.string().transform(parseApiClients), {
    secret: true,
    example: 'gateway:a secret of at least 16 characters:introspect+revoke',
    about: 'Machine clients: id:secret:scope+scope,… with the scopes introspect, revoke and admin',
  }),
  AUDIT_RETENTION: variable(positiveDuration, {
    default: '180d',
    example: '180d',
    about: 'How long the audit log is kept',
  }),
} satisfies Record<string, Variable>;
