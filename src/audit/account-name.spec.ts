import { canonicalAccount, isAmbiguousCapital } from './account-name.js';

describe('the one spelling of an account', () => {
  it.each([
    ['case', 'Admin', 'aDMIN'],
    ['Cyrillic letters', 'admin', 'аdmіn'],
    ['Cyrillic capitals that Latin ones look like', 'Bob', 'ВОВ'],
    ['Cyrillic in either case', 'ВАСЯ', 'вася'],
    ['Greek letters', 'paul', 'ραυl'],
    ['Greek in either case', 'ΙΩΑΣ', 'ιωας'],
    ['full width', 'admin_1', 'ａｄｍｉｎ＿１'],
    ['letters of mathematics', 'admin', '𝕒𝓭𝔪𝗂𝙣'],
    ['small capitals', 'ADMIN', 'ᴀᴅᴍɪɴ'],
    ['Cherokee', 'Wade', 'ᎳᎪᎠe'],
    ['zero-width characters', 'admin', 'ad\u200bm\u200d\ufeffin'],
    ['variation selectors', 'admin', 'admi\ufe0fn'],
    ['composed and combining marks', 'jos\u00e9', 'jose\u0301'],
    ['a dot above what has one', 'istanbul', 'i\u0307stanbul'],
    ['Turkish letters', 'ISTANBUL', 'ıstanbul'],
    ['0 and O', 'b0b', 'BOB'],
    ['1, l, I and i', '1ily', 'IlLY'],
    ['rn and m', 'adrnin', 'admin'],
    ['vv and w', 'vvang', 'wang'],
    ['v before and after w', 'vwong', 'wvong'],
    ['ß and β', 'straße', 'straβe'],
    ['ligatures', 'office', 'oﬃce'],
    ['Roman numerals', 'henryviii', 'henryⅧ'],
  ])('is the same in spite of %s', (_, one, other) => {
    expect(canonicalAccount(other)).toBe(canonicalAccount(one));
  });

  it.each([
    ['another letter', 'nick', 'vick'],
    ['an accent', 'jose', 'jos\u00e9'],
    ['another sign', 'a_b', 'a-b'],
    ['other digits', 'user2', 'user3'],
    ['other letters of Cyrillic', 'рай', 'край'],
    ['u and y', 'bun', 'byn'],
    ['Chinese characters', '张伟', '张玮'],
    ['Korean syllables', '가나다', '가나라'],
  ])('is another with %s', (_, one, other) => {
    expect(canonicalAccount(other)).not.toBe(canonicalAccount(one));
  });

  it('is its own one spelling for what people mostly choose', () => {
    for (const name of ['ada.lovelace', 'x-ray_7', '张伟', '가나다', 'мария', 'मनीष']) {
      expect(canonicalAccount(canonicalAccount(name))).toBe(canonicalAccount(name));
    }
  });

  it.each([
    ['Ada.Lovelace_1815-', 'ada.lovelace_l8l5-'],
    ['Bernard', 'bemard'],
    ['Вова', 'boba'],
    ['Νίκος', 'vĺkoo'.normalize('NFC')],
    ['张伟', '张伟'],
    ['가나다', '가나다'],
  ])('of %s is what lies in the database', (name, key) => {
    expect(canonicalAccount(name)).toBe(key);
  });

  it('is the same for a letter of any script and its other case', () => {
    const cased = Array.from({ length: 0x1_0000 }, (_, i) => String.fromCodePoint(i)).filter((letter) =>
      /^\p{L}$/u.test(letter),
    );
    const told = cased.filter(
      (letter) =>
        letter !== 'ß' && canonicalAccount(letter) !== canonicalAccount(letter.toUpperCase().toLowerCase()),
    );
    expect(told).toEqual([]);
  });
});

describe('a capital', () => {
  it.each(['Ν', 'Υ'])('%s of Greek looks like another letter than its small form does', (letter) => {
    expect(isAmbiguousCapital(letter)).toBe(true);
  });

  it.each(['A', 'I', 'M', 'N', 'Y', 'Α', 'Η', 'Σ', 'В', 'Н', 'Я', '张', '7', '_'])(
    '%s does not',
    (letter) => {
      expect(isAmbiguousCapital(letter)).toBe(false);
    },
  );
});
