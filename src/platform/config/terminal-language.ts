import type { Language } from '../errors/app-error.js';

/** Chinese where the terminal speaks it, else English. */
export function terminalLanguage({
  LC_ALL,
  LC_MESSAGES,
  LANG,
}: Record<string, string | undefined>): Language {
  return /^zh/i.test(LC_ALL || LC_MESSAGES || LANG || '') ? 'zh' : 'en';
}
