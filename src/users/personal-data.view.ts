import { z } from 'zod';
import { beforeMerge } from './before-merge.js';
import { identityView } from './identity.view.js';
import { userView } from './user.view.js';

const time = z.iso.datetime();

/** All that a user's row says; of nobody but the person themself. */
export const accountData = userView.omit({ phone: true, profileComplete: true, status: true }).extend({
  status: z.enum(['active', 'locked', 'merged', 'erased']),
  phone: z.string().nullable().describe('Whole, with its country code; null where no key opens it any more'),
  phoneMasked: z.string().nullable(),
  chosen: z.array(z.string()).describe('The fields that WeChat never overwrites'),
  mergedInto: z.string().nullable(),
});

export const identityData = identityView.extend({
  userId: z.string(),
  holdsSessionKey: z.boolean().describe("Whether WeChat's session_key is kept; the key itself leaves nobody"),
  sessionKeysSince: z.array(time).describe('When the kept ones came, the newest first'),
});

export const mergeData = z.object({
  id: z.string(),
  survivorId: z.string(),
  mergedId: z.string(),
  appId: z.string().nullable(),
  mergedAt: time,
  undoneAt: time.nullable(),
  before: beforeMerge.nullable().describe('What is kept to undo it'),
});

/** All that is held on a person apart from sessions and acts. */
export const personalData = z.object({
  account: accountData,
  formerAccounts: z.array(accountData).describe('Those that turned out to be the same person'),
  password: z.object({ username: z.string().nullable(), changedAt: time }).nullable(),
  identities: z.array(identityData),
  unionids: z.array(z.string()),
  merges: z.array(mergeData),
});

export type AccountData = z.infer<typeof accountData>;
export type IdentityData = z.infer<typeof identityData>;
export type MergeData = z.infer<typeof mergeData>;
export type PersonalRecord = z.infer<typeof personalData>;
