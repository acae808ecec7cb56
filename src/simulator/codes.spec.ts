import { simulatedApps, type AppKind } from './apps.js';
import { Codes } from './codes.js';
import { defaultPerson } from './people.js';

const minute = 60_000;

function appOf(kind: AppKind) {
  return simulatedApps.find((app) => app.kind === kind)!;
}

function atTime(usedCodeSeconds: number | null = null) {
  const clock = { now: 1_700_000_000_000 };
  return { clock, codes: new Codes(usedCodeSeconds, () => clock.now) };
}

test.each([
  ['mini-program', 5],
  ['official-account', 5],
  ['website', 10],
  ['mobile', 10],
] as const)('a code of a %s is known for %d minutes', (kind, minutes) => {
  const { clock, codes } = atTime();
  const code = codes.mint(appOf(kind), defaultPerson, { unionid: true });
  clock.now += minutes * minute - 1;
  expect(codes.find(code)).toBeDefined();
  clock.now += 1;
  expect(codes.find(code)).toBeUndefined();
});

test('a code has 32 characters of the URL-safe alphabet', () => {
  const { codes } = atTime();
  expect(codes.mint(appOf('mini-program'), defaultPerson, { unionid: true })).toMatch(/^[A-Za-z0-9_-]{32}$/);
});

test('expired codes leave the memory', () => {
  const { clock, codes } = atTime();
  for (let i = 0; i < 100; i++) codes.mint(appOf('mini-program'), defaultPerson, { unionid: true });
  expect(codes.size).toBe(100);
  clock.now += 5 * minute;
  codes.mint(appOf('mini-program'), defaultPerson, { unionid: true });
  expect(codes.size).toBe(1);
});

test('a used code is remembered for as long as the setting says', () => {
  const { clock, codes } = atTime(30);
  const code = codes.mint(appOf('mini-program'), defaultPerson, { unionid: true });
  codes.markUsed(codes.find(code)!);
  clock.now += 29_999;
  expect(codes.find(code)?.used).toBe(true);
  clock.now += 1;
  expect(codes.find(code)).toBeUndefined();
});

test('a code is for the usual scope of its kind, or for the scope that was granted', () => {
  const { codes } = atTime();
  const scopeOf = (code: string) => codes.find(code)?.scope;
  const mint = (kind: AppKind) => codes.mint(appOf(kind), defaultPerson, { unionid: true });
  const scopes = (['mini-program', 'website', 'official-account', 'mobile'] as const).map((kind) =>
    scopeOf(mint(kind)),
  );
  expect(scopes).toEqual([undefined, 'snsapi_login', 'snsapi_base', 'snsapi_userinfo']);
  const granted = { unionid: true, scope: 'snsapi_userinfo' } as const;
  expect(scopeOf(codes.mint(appOf('official-account'), defaultPerson, granted))).toBe('snsapi_userinfo');
});

test('the code of a snapshot page hides the person behind a virtual one', () => {
  const { codes } = atTime();
  const app = appOf('official-account');
  const code = codes.find(codes.mint(app, defaultPerson, { unionid: true, snapshot: true }));
  expect(code?.snapshot).toBe(true);
  expect(code?.person).not.toEqual(defaultPerson);
  expect(code?.person.nickname.zh).toBe('微信用户');
});
