import { z } from 'zod';
import { isoTime } from '../platform/http/iso-time.js';
import type { UserMergeEntity } from './user-merge.entity.js';

/** For how long a merge may be undone. */
export const undoableMs = 30 * 24 * 3_600_000;

/** A merge as operators see it: who became whom, when, why, and whether that may be taken back. */
export const mergeView = z.object({
  id: z.string().describe('By which it is undone'),
  survivorId: z.string().describe('The older user, who has the identities of both'),
  mergedId: z.string().describe('The younger one, who became the other'),
  mergedAt: z.iso.datetime().describe('When the two became one'),
  appId: z
    .string()
    .nullable()
    .describe(
      'The cause: the app whose identity showed a unionid that the other user had; null where an operator merged them',
    ),
  undoneAt: z.iso.datetime().nullable().describe('When an operator parted them again'),
  undoableUntil: z.iso.datetime().nullable().describe('Null once it was undone'),
});

export type MergeView = z.infer<typeof mergeView>;

export function toMergeView(merge: UserMergeEntity): MergeView {
  const { id, survivorId, mergedId, mergedAt, appId, undoneAt } = merge;
  return {
    id,
    survivorId,
    mergedId,
    mergedAt: isoTime(mergedAt),
    appId,
    undoneAt: undoneAt === null ? null : isoTime(undoneAt),
    undoableUntil: undoneAt === null ? isoTime(mergedAt + undoableMs) : null,
  };
}
