import type { Language } from '../../platform/errors/app-error.js';

/** What a command did: for machines, and for people. */
export interface Outcome {
  data: unknown;
  words: Record<Language, string>;
}

/** A table reads the same in both languages: its columns are named as the fields of the API are. */
export function table(data: unknown, text: string): Outcome {
  return { data, words: { zh: text, en: text } };
}
