import { parseArgs } from 'node:util';
import { terminalLanguage } from '../platform/config/terminal-language.js';
import type { Language } from '../platform/errors/app-error.js';

export interface CommandLine {
  language: Language;
  json: boolean;
  /** By its name, where it was given. */
  values: Record<string, string | undefined>;
  words: string[];
}

/**
 * What a command was told: `--lang zh|en`, `--json`, options of its own that take text, and words.
 * @returns undefined where it cannot be understood
 */
export function readCommandLine(
  args: string[],
  env: Record<string, string | undefined>,
  options: string[] = [],
): CommandLine | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        lang: { type: 'string' },
        json: { type: 'boolean', default: false },
        ...Object.fromEntries(options.map((name) => [name, { type: 'string' as const }])),
      },
    });
    const { lang, json, ...own } = values as { lang?: string; json: boolean } & Record<string, string>;
    if (lang !== undefined && lang !== 'zh' && lang !== 'en') return undefined;
    return { language: lang ?? terminalLanguage(env), json, values: own, words: positionals };
  } catch {
    return undefined;
  }
}
