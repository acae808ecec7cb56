import { z } from 'zod';
import { auditEntryView } from '../audit/audit-entry.view.js';
import { sessionData } from '../session/session-history.service.js';
import { personalData } from '../users/personal-data.view.js';
import { identityExample, userExample } from '../users/user.examples.js';

/** Everything held on a person. */
export const exportView = personalData.extend({
  exportedAt: z.iso.datetime().describe('When this was read'),
  sessions: z.array(sessionData).describe('The newest first, ended ones too'),
  withdrawnConsents: z.array(auditEntryView).describe('What WeChat said that the person takes back'),
  auditLog: z.array(auditEntryView).describe('What the person did, and what was done to the account'),
});

const { profileComplete: _, phone: phoneMasked, ...user } = userExample;

export const exportExample: z.output<typeof exportView> = {
  exportedAt: '2026-05-20T15:02:11.000Z',
  account: { ...user, phone: '+8613800000000', phoneMasked, chosen: ['nickname'], mergedInto: null },
  formerAccounts: [],
  password: null,
  identities: [
    {
      ...identityExample,
      userId: userExample.id,
      holdsSessionKey: true,
      sessionKeysSince: ['2026-05-20T13:14:05.206Z'],
    },
  ],
  unionids: ['oUnIoNaBcDeFgHiJkLmNoPqRsTu1'],
  merges: [],
  sessions: [
    {
      id: '0199f0d2-8b73-7e10-b5c4-6a2d9e4f7138',
      userId: userExample.id,
      role: 'user',
      parentId: null,
      clientId: identityExample.appId,
      via: 'mini-program',
      device: { id: '5d1e7c42-9a6b-4f0e', type: 'mini-program', name: null },
      address: '203.0.113.7',
      userAgent: null,
      createdAt: '2026-05-20T13:14:05.206Z',
      authenticatedAt: '2026-05-20T13:14:05.206Z',
      lastSeenAt: '2026-05-20T15:02:00.000Z',
      rotatedAt: '2026-05-20T13:14:05.206Z',
      expiresAt: '2026-06-19T13:14:05.206Z',
      maxExpiresAt: '2026-11-16T13:14:05.206Z',
      endedAt: null,
      endReason: null,
    },
  ],
  withdrawnConsents: [],
  auditLog: [
    {
      id: '0199f0d2-8b74-7d31-8c1f-2b7a9e4f7138',
      at: '2026-05-20T13:14:05.210Z',
      event: 'login',
      userId: userExample.id,
      username: null,
      address: '203.0.113.7',
      userAgent: null,
      appId: identityExample.appId,
      outcome: 'success',
      blocked: false,
      reason: null,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    },
  ],
};
