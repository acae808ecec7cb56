import { newPassword, username } from './password-account.schemas.js';

const isName = (name: string) => username.safeParse(name).success;
const isPassword = (password: string) => newPassword.safeParse(password).success;

describe('a username', () => {
  it.each([
    'ada',
    'ada.lovelace_1815-',
    '张伟强',
    'Мария',
    'νικος',
    'José',
    'ที่นี่',
    'मनीष',
    '𠮷野家',
    'a'.repeat(32),
    '𠮷'.repeat(32),
  ])('may be %s', (name) => {
    expect(isName(name)).toBe(true);
  });

  it.each([
    ['too short', 'ad'],
    ['too short in code points', '𠮷𠮷'],
    ['too long', 'a'.repeat(33)],
    ['empty', ''],
    ['with a space', 'ada lovelace'],
    ['with an at', 'ada@example'],
    ['with a slash', 'ada/x'],
    ['with an emoji', 'ada😀'],
    ['with a zero-width space', 'ad\u200ba'],
    ['with a zero-width joiner', 'ad\u200da'],
    ['with a variation selector', 'ada\ufe0f'],
    ['with a Hangul filler', 'ada\u3164'],
    ['with a mark of its own', '\u0301ada'],
    ['with a tower of marks', 'a\u0301\u0302\u0303\u0304da'],
    ['with a direction', 'ada\u202e'],
    ['with half a character', 'ada\ud83d'],
    ['with a line break', 'ada\n'],
    ['with a capital that looks like another letter', 'ΝΙΚΟΣ'],
    ['that grows beyond its column', '\ufdfa'.repeat(5)],
  ])('may not be one %s', (_, name) => {
    expect(isName(name)).toBe(false);
  });

  it('is kept composed', () => {
    expect(username.parse('jose\u0301')).toBe('jos\u00e9');
  });
});

describe('a new password', () => {
  it.each([
    '8 charac',
    ' spaces kept ',
    '密码也可以是中文',
    '😀'.repeat(128),
    'tab\tand\nline',
    'a'.repeat(128),
  ])('may be %j', (password) => {
    expect(newPassword.parse(password)).toBe(password);
  });

  it.each(['seven c', '😀'.repeat(7), '😀'.repeat(129), 'a'.repeat(129), 'half a \ud83d character'])(
    'may not be %j',
    (password) => {
      expect(isPassword(password)).toBe(false);
    },
  );
});
