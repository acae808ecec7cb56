import { parseArgs } from 'node:util';
import { terminalLanguage } from '../platform/config/terminal-language.js';
import type { Language } from '../platform/errors/app-error.js';

export interface CommandLine {
  language: Language;
  json: boolean;
  help: boolean;
  /** By its name, where it was given. */
  values: Record<string, string | undefined>;
  words: string[];
}

type Given = { lang?: string; json: boolean; help: boolean } & Record<string, string>;

/**
 * What a command was told: `--lang zh|en`, `--json`, `--help`, options of its own that take text, and words.
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
        help: { type: 'boolean', short: 'h', default: false },
        ...Object.fromEntries(options.map((name) => [name, { type: 'string' as const }])),
      },
    });
    const { lang, json, help, ...own } = values as Given;
    if (lang !== undefined && lang !== 'zh' && lang !== 'en') return undefined;
    return { language: lang ?? terminalLanguage(env), json, help, values: own, words: positionals };
  } catch {
    return undefined;
  }
}
