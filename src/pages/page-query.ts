import { z } from 'zod';
import { codeChallengeText, returnToText } from '../platform/http/return-to.service.js';

const anyText = z.string().optional().catch(undefined);

/** What changes words or doors alone is no reason to refuse a page. */
export const pageQuery = z.object({
  returnTo: returnToText.optional(),
  codeChallenge: codeChallengeText.optional(),
  appId: anyText,
  scope: z.enum(['snsapi_base', 'snsapi_userinfo']).optional().catch(undefined),
  error: anyText,
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .catch(undefined),
  scan: z
    .string()
    .regex(/^[\w-]{22,32}$/)
    .optional()
    .catch(undefined),
});
export type PageQuery = z.infer<typeof pageQuery>;

const kept = ['returnTo', 'codeChallenge', 'appId', 'scope', 'scan'];

/** The same page in another language; what else brought the person there is kept. */
export function queryIn(lang: string, query: unknown): string {
  const sent = Object.entries((query ?? {}) as Record<string, unknown>);
  const own = sent.filter((entry): entry is [string, string] => isKept(entry));
  return `?${new URLSearchParams([['lang', lang], ...own]).toString()}`;
}

function isKept([name, value]: [string, unknown]): boolean {
  return kept.includes(name) && typeof value === 'string';
}
