import { languageOf, words } from './words.js';

it.each([
  ['zh', 'zh'],
  ['zh-CN', 'zh'],
  ['zh-Hant-TW', 'zh'],
  ['ZH', 'zh'],
  ['en-GB', 'en'],
  ['de', 'en'],
  ['zha', 'en'],
])('a page in %s is spoken to in %s', (wish, language) => {
  expect(languageOf(wish)).toBe(language);
});

it('the first wish counts, and without any it is Chinese', () => {
  expect(languageOf(null, '', 'en')).toBe('en');
  expect(languageOf('zh', 'en')).toBe('zh');
  expect(languageOf(undefined)).toBe('zh');
});

it('both languages say all there is to say', () => {
  expect(Object.keys(words.en)).toEqual(Object.keys(words.zh));
  for (const text of Object.values(words.zh)) expect(String(text)).toMatch(/\p{Script=Han}/u);
  for (const text of Object.values(words.en)) expect(String(text)).not.toMatch(/\p{Script=Han}/u);
});
