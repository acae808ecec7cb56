import { createRequire } from 'node:module';

/**
 * What Unicode says each letter may be taken for; the package's own function makes one slow pattern of it. Names at rest
 * are compared by it: another table, as any change of this file, needs a migration that writes them anew.
 */
const confusables = createRequire(import.meta.url)('unhomoglyph/data.json') as Record<string, string>;

/** What no one sees: zero-width characters, variation selectors, fillers. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;
const plain = /^[\x21-\x7e]+$/;

/** Letters taken for others in a way that the Unicode table does not know: small capitals, and ß for the Greek β. */
const takenFor = new Map(
  Array.from('ᴀʙᴅᴇɢʜᴊĸʟʍɴᴘʀᴛʏßẞ', (letter, index) => [letter, 'abdeghjklmnprtybb'[index]!]),
);

const alike: readonly (readonly [RegExp, string])[] = [
  [/[i1|]/g, 'l'],
  [/0/g, 'o'],
  [/([lj])\u0307/g, '$1'],
  [/rn/g, 'm'],
  [/w/g, 'vv'],
];

/**
 * The one spelling of all names that look alike: without case, width and invisible characters, each letter as what it is
 * taken for (the skeleton of Unicode Technical Standard 39). For comparing only, not for people.
 * @param account as somebody typed it, whether or not it is a name that one may have
 */
export function canonicalAccount(account: string): string {
  const letters = account.normalize('NFKD').replace(invisible, '');
  // Twice: what a letter is taken for may have a look of its own.
  const looks = looksOf(looksOf(letters));
  return alike.reduce((name, [look, same]) => name.replace(look, same), looks).normalize('NFC');
}

/**
 * Whether a capital is taken for another letter than its small form is, as the Greek Ν and ν for n and v: no one spelling
 * could stand for both.
 */
export function isAmbiguousCapital(letter: string): boolean {
  const look = latin(letter);
  return look !== undefined && canonicalAccount(look) !== canonicalAccount(letter);
}

function looksOf(letters: string): string {
  return Array.from(letters, lookOf).join('').normalize('NFD');
}

/** A letter and its other case share their look: that of the small one, else of the capital, that is plain ASCII. */
function lookOf(letter: string): string {
  const small = letter.toUpperCase().toLowerCase();
  const look = latin(small) ?? latin(small.toUpperCase()) ?? skeleton(small);
  return takenFor.get(letter) ?? takenFor.get(look) ?? look;
}

function latin(letter: string): string | undefined {
  const look = skeleton(letter).toLowerCase();
  return plain.test(look) ? look : undefined;
}

function skeleton(letters: string): string {
  return Array.from(letters, (letter) => confusables[letter] ?? letter).join('');
}
