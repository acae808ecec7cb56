import type { Language } from '../platform/errors/app-error.js';

export type Words = Readonly<Record<Language, string>>;
export type Status = 'ok' | 'warn' | 'fail' | 'skipped';

/** Something that may be wrong, as the pages docs/doctor.md and docs/doctor.zh-CN.md explain it. Facts stand for `{name}`. */
export interface Condition {
  status: 'warn' | 'fail';
  /** What is wrong. */
  title: Words;
  /** Why that matters, or where it comes from. */
  cause: Words;
  /** How to mend it. */
  remedy: Words;
}

/** One line of the report. */
export interface Finding {
  /** The condition that was met; what was looked at, where none was. */
  id: string;
  status: Status;
  title: Words;
  /** Of a check that was skipped: why. */
  cause?: Words;
  remedy?: Words;
}

/** Whatever fills a `{name}`; never a secret. */
export type Facts = Readonly<Record<string, string | number | Words>>;

/** Nothing is wrong with what was looked at. */
export function good(id: string, title: Words): Finding {
  return { id, status: 'ok', title };
}

/** It could not be looked at, which is no pass. */
export function skipped(id: string, title: Words, cause: Words): Finding {
  return { id, status: 'skipped', title, cause };
}

/** A condition with its facts, perhaps worse or better than it mostly is. */
export function met(
  id: string,
  { status, title, cause, remedy }: Condition,
  facts: Facts,
  as = status,
): Finding {
  return {
    id,
    status: as,
    title: fill(title, facts),
    cause: fill(cause, facts),
    remedy: fill(remedy, facts),
  };
}

/** The same words with every `{name}` replaced by its fact. */
export function fill(words: Words, facts: Facts): Words {
  return { zh: fillIn('zh', words, facts), en: fillIn('en', words, facts) };
}

function fillIn(language: Language, words: Words, facts: Facts): string {
  return words[language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const fact = facts[name];
    return fact === undefined ? whole : String(typeof fact === 'object' ? fact[language] : fact);
  });
}
