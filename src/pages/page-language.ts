import type { FastifyRequest } from 'fastify';
import { languageOf } from '../platform/http/language.js';
import type { PageLanguage } from './words.js';

/** By `lang`, in whichever spelling (WeChat says `cn`), else as everywhere. */
export function pageLanguageOf({ query, headers }: FastifyRequest): PageLanguage {
  const { lang } = (query ?? {}) as { lang?: unknown };
  const wish = typeof lang === 'string' ? /^(zh|cn|en)\b/i.exec(lang)?.[1]?.toLowerCase() : undefined;
  if (wish === undefined) return languageOf(headers);
  return wish === 'en' ? 'en' : 'zh';
}
