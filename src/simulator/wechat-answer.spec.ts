import { Refusal } from './refusal.js';
import { completeSettings, exchangeErrcodes } from './settings.js';
import { contentTypeOf, refusalBody, wechatJson } from './wechat-answer.js';

const settings = completeSettings();
const now = 0x617682e0 * 1000 + 999;

function errmsg(errcode: number, path = '/sns/jscode2session', words?: string) {
  return refusalBody(new Refusal(errcode, words), path, settings, now).errmsg;
}

test('below /sns/ the rid follows a comma, elsewhere a space', () => {
  expect(errmsg(40029)).toMatch(/^invalid code, rid: 617682e0-[0-9a-f]{8}-[0-9a-f]{8}$/);
  expect(errmsg(40164, '/cgi-bin/token')).toMatch(
    /^invalid ip .*, not in whitelist rid: 617682e0-[0-9a-f]{8}-[0-9a-f]{8}$/,
  );
});

test('each refusal has a rid of its own', () => {
  expect(errmsg(40029)).not.toBe(errmsg(40029));
});

test('a system error has no rid', () => {
  expect(errmsg(-1)).toBe('system error');
});

test('words that are given are not touched', () => {
  expect(errmsg(40029, '/sns/jscode2session', 'nonsense')).toBe('nonsense');
});

test('an errcode without known words is still answered', () => {
  expect(errmsg(99999)).toMatch(/^unknown error, rid: /);
});

test('a setting gives an errcode other words', () => {
  const other = completeSettings({ errmsgs: { 41003: 'refresh_token missing' } });
  const { errmsg } = refusalBody(new Refusal(41003), '/sns/oauth2/refresh_token', other, now);
  expect(errmsg).toMatch(/^refresh_token missing, rid: /);
});

test('JSON is text/plain below /sns/ and application/json elsewhere', () => {
  expect(contentTypeOf('/sns/jscode2session', settings)).toBe('text/plain');
  expect(contentTypeOf('/cgi-bin/token', settings)).toBe('application/json; encoding=utf-8');
});

test('slashes are escaped, and are not where the setting says so', () => {
  const payload = { url: 'https://thirdwx.qlogo.cn/😀' };
  expect(wechatJson(payload, settings)).toBe('{"url":"https:\\/\\/thirdwx.qlogo.cn\\/😀"}');
  expect(wechatJson(payload, completeSettings({ escapedSlashes: false }))).toBe(JSON.stringify(payload));
});

test('settings that leave a check out are refused', () => {
  expect(() => completeSettings({ checkOrder: exchangeErrcodes.slice(1) })).toThrow('41002');
});

test('settings with an impossible rhythm of session keys are refused', () => {
  expect(() => completeSettings({ sessionKeyEvery: 0 })).toThrow(RangeError);
});
