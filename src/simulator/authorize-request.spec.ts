import { simulatedApps } from './apps.js';
import { callbackOf, isCallbackDomainOf, redirectUriFrom } from './authorize-request.js';

const [app] = simulatedApps as [(typeof simulatedApps)[0]];

function callback(redirectUri: string, state = 's', code?: string) {
  const url = new URL(redirectUri);
  return callbackOf({ app, redirectUri: url, state, scope: 'snsapi_login', forceSnapshot: false }, code);
}

test.each([
  ['https://a.example/cb', 'https://a.example/cb?code=c&state=s'],
  ['https://a.example', 'https://a.example/?code=c&state=s'],
  ['https://a.example/cb?x=1', 'https://a.example/cb?x=1&code=c&state=s'],
  ['https://a.example/cb?', 'https://a.example/cb?&code=c&state=s'],
  ['https://a.example/cb#/page', 'https://a.example/cb?code=c&state=s#/page'],
  ['https://a.example/cb#', 'https://a.example/cb?code=c&state=s'],
])('the callback of %s carries code and state', (redirectUri, expected) => {
  expect(callback(redirectUri, 's', 'c')).toBe(expected);
});

test('a state returns as it was, whatever is in it', () => {
  const state = `a&code=forged#x"<>'é 🌸\r\n`;
  const { searchParams } = new URL(callback('https://a.example/cb', state, 'c'));
  expect(searchParams.get('state')).toBe(state);
  expect(searchParams.getAll('code')).toEqual(['c']);
});

test('after a refusal the state returns alone', () => {
  expect(callback('https://a.example/cb')).toBe('https://a.example/cb?state=s');
});

test.each([
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'ftp://a.example/',
  '//a.example/',
  '/cb',
  'a.example',
  '',
])('%j is no address to send people to', (text) => {
  expect(redirectUriFrom(text)).toBeUndefined();
});

test.each([
  ['https://a.example/cb', true],
  ['http://a.example:3000/cb', true],
  ['https://b.a.example/cb', false],
  ['https://a.example.evil.example/cb', false],
  ['https://a.example@evil.example/cb', false],
  ['https://evil.example\\@a.example/cb', false],
])('whether %s is on the callback domain a.example: %s', (text, expected) => {
  const url = redirectUriFrom(text)!;
  expect(isCallbackDomainOf({ ...app, callbackDomain: 'a.example' }, url)).toBe(expected);
  expect(isCallbackDomainOf(app, url)).toBe(true);
});
