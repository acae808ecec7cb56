import { z } from 'zod';
import { beforeMerge } from './before-merge.js';
import { identityView } from './identity.view.js';
import { userView } from './user.view.js';

const time = z.iso.datetime();

/** All that a user's row says; of nobody but the person themself. */
export const accountData = userView.omit({ phone: true, profileComplete: true, status: true }).extend({
  status: z.enum(['active', 'locked', 'merged', 'erased']).describe('What became of the account'),
  phone: z.string().nullable().describe('Whole, with its country code; null where no key opens it any more'),
  phoneMasked: z.string().nullable().describe('As others see it'),
  chosen: z.array(z.string()).describe('The fields that WeChat never overwrites'),
  mergedInto: z.string().nullable().describe('The user who this one became'),
});

export const identityData = identityView.extend({
  userId: z.string().describe('Whose way in it is'),
  holdsSessionKey: z.boolean().describe("Whether WeChat's session_key is kept; the key itself leaves nobody"),
  sessionKeysSince: z.array(time).describe('When the kept ones came, the newest first'),
});

export const mergeData = z.object({
  id: z.string().describe('Of the merge'),
  survivorId: z.string().describe('The older user, who has the identities of both'),
  mergedId: z.string().describe('The younger one, who became the other'),
  appId: z.string().nullable().describe('The app whose unionid was the cause; null where an operator was'),
  mergedAt: time.describe('When the two became one'),
  undoneAt: time.nullable().describe('When an operator parted them again'),
  before: beforeMerge.nullable().describe('What is kept to undo it'),
});

/** All that is held on a person apart from sessions and acts. */
export const personalData = z.object({
  account: accountData,
  formerAccounts: z.array(accountData).describe('Those that turned out to be the same person'),
  password: z
    .object({
      username: z.string().nullable().describe('The name to log in by'),
      changedAt: time.describe('When it was set last'),
    })
    .nullable()
    .describe('That there is one; its hash leaves nobody'),
  identities: z.array(identityData).describe('By whom WeChat knows the person'),
  unionids: z.array(z.string()).describe('Those that lead to this user'),
  merges: z.array(mergeData).describe('Which users turned out to be this person'),
});

export type AccountData = z.infer<typeof accountData>;
export type IdentityData = z.infer<typeof identityData>;
export type MergeData = z.infer<typeof mergeData>;
export type PersonalRecord = z.infer<typeof personalData>;
