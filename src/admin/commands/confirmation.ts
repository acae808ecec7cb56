import type { Language } from '../../platform/errors/app-error.js';
import { exits, Refusal } from './refusal.js';
import type { Terminal } from './terminal.js';

/** How whoever is at the shell is asked. */
export interface Asker {
  terminal: Terminal;
  language: Language;
}

/** @throws Refusal confirmation_needed where nobody can be asked, and none said yes beforehand */
export function requireConfirmable(yes: boolean, { terminal }: Asker): void {
  if (yes || terminal.hasPerson) return;
  throw new Refusal(
    'confirmation_needed',
    { zh: '没有终端可以询问：请加 --yes', en: 'there is no terminal to ask: add --yes' },
    exits.usage,
  );
}

/**
 * Goes on where the word is typed.
 * @throws Refusal not_confirmed
 */
export async function requireWord(
  word: string,
  question: Record<Language, string>,
  { terminal, language }: Asker,
): Promise<void> {
  const answer = await terminal.ask(question[language]);
  if (answer.trim() === word) return;
  throw new Refusal('not_confirmed', {
    zh: '未确认，什么也没有改',
    en: 'not confirmed: nothing was changed',
  });
}
