import { simulatedApps } from './apps.js';
import type { AuthorizeRequest } from './authorize-request.js';
import { defaultPerson, personNamed } from './people.js';
import { QrLogins } from './qr-logins.js';

const [, website] = simulatedApps as [(typeof simulatedApps)[0], (typeof simulatedApps)[0]];
const request: AuthorizeRequest = {
  app: website,
  redirectUri: new URL('https://a.example/cb'),
  state: 's',
  scope: 'snsapi_login',
  forceSnapshot: false,
};

function atTime() {
  const clock = { now: 1_700_000_000_000 };
  return { clock, logins: new QrLogins(300, () => clock.now) };
}

test('a QR code is known until it expires, and then leaves the memory', () => {
  const { clock, logins } = atTime();
  const { uuid } = logins.open(request);
  for (let i = 0; i < 99; i++) logins.open(request);
  expect(uuid).toMatch(/^[A-Za-z0-9_-]{16}$/);
  clock.now += 299_999;
  expect(logins.find(uuid)).toBeDefined();
  clock.now += 1;
  expect(logins.find(uuid)).toBeUndefined();
  logins.open(request);
  expect(logins.size).toBe(1);
});

test('is confirmed only after a scan, once, and by whoever scanned', () => {
  const login = atTime().logins.open(request);
  const consents: string[] = [];
  const confirm = () => login.confirm(({ person }) => `code${consents.push(person)}`);
  confirm();
  expect(login.errcode).toBe(408);
  login.scan(defaultPerson);
  login.scan(personNamed('zoe'));
  expect(login.errcode).toBe(404);
  confirm();
  confirm();
  expect(login).toMatchObject({ errcode: 405, redirectTo: 'https://a.example/cb?code=code1&state=s' });
  expect(consents).toEqual(['ada']);
  login.cancel(null);
  login.scan(defaultPerson);
  expect(login.errcode).toBe(405);
});

test('may be scanned again after it was cancelled, by somebody else too', () => {
  const login = atTime().logins.open(request);
  login.cancel(null);
  expect(login.errcode).toBe(408);
  login.scan(defaultPerson);
  login.cancel('https://a.example/cb?state=s');
  expect(login).toMatchObject({ errcode: 403, redirectTo: 'https://a.example/cb?state=s' });
  login.scan(personNamed('zoe'));
  expect(login).toMatchObject({ errcode: 404, redirectTo: null });
  expect(login.person?.person).toBe('zoe');
});
