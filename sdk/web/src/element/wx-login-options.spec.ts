import { returnPlace } from './return-place.js';
import { attributesOf } from './wx-login-options.js';

describe("the options of WeChat's own WxLogin", () => {
  it('mean the same here, with the address encoded as WeChat wants it or not', () => {
    const options = {
      id: 'login',
      appid: 'wx1',
      scope: 'snsapi_login',
      state: 'abc',
      style: 'white' as const,
      stylelite: 1 as const,
    };
    const expected = {
      'app-id': 'wx1',
      'return-to': 'https://app.example.test/in?state=abc',
      'color-scheme': 'dark',
      compact: '',
    };
    for (const redirect_uri of ['https://app.example.test/in', 'https%3A%2F%2Fapp.example.test%2Fin']) {
      expect(attributesOf({ ...options, redirect_uri })).toEqual(expected);
    }
  });

  it('self_redirect keeps the page, color_scheme goes before style, and what is not said is not set', () => {
    const redirect_uri = 'https://app.example.test/in';
    expect(attributesOf({ id: 'a', redirect_uri, self_redirect: true })).toEqual({});
    expect(attributesOf({ id: 'a', style: 'black', color_scheme: 'auto' })).toEqual({
      'color-scheme': 'auto',
    });
  });
});

describe('the place to return to', () => {
  const page = 'https://app.example.test/login';
  const loginCode = 'a+b';

  it('gets the login code in its query, before the hash route', () => {
    expect(returnPlace('/shop?x=1#/cart', page, { loginCode })).toBe(
      'https://app.example.test/shop?x=1&loginCode=a%2Bb#/cart',
    );
  });

  it('is of another origin only with the challenge that its page gave', () => {
    const other = 'https://other.example.test/in';
    expect(() => returnPlace(other, page, { loginCode })).toThrow(
      expect.objectContaining({ error: 'pkce_required' }),
    );
    expect(returnPlace(other, page, { loginCode, codeChallenge: 'c' })).toBe(`${other}?loginCode=a%2Bb`);
  });

  it.each(['javascript:alert(1)', 'data:text/html,x', 'https://', 'blob:https://app.example.test/1'])(
    'is not %s',
    (returnTo) => {
      const grant = { loginCode, codeChallenge: 'c' };
      expect(() => returnPlace(returnTo, page, grant)).toThrow(
        expect.objectContaining({ error: 'return_to_not_allowed' }),
      );
    },
  );
});
