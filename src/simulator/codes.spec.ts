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
  const code = codes.mint(appOf(kind), defaultPerson, true);
  clock.now += minutes * minute - 1;
  expect(codes.find(code)).toBeDefined();
  clock.now += 1;
  expect(codes.find(code)).toBeUndefined();
});

test('a code has 32 characters of the URL-safe alphabet', () => {
  const { codes } = atTime();
  expect(codes.mint(appOf('mini-program'), defaultPerson, true)).toMatch(/^[A-Za-z0-9_-]{32}$/);
});

test('expired codes leave the memory', () => {
  const { clock, codes } = atTime();
  for (let i = 0; i < 100; i++) codes.mint(appOf('mini-program'), defaultPerson, true);
  expect(codes.size).toBe(100);
  clock.now += 5 * minute;
  codes.mint(appOf('mini-program'), defaultPerson, true);
  expect(codes.size).toBe(1);
});

test('a used code is remembered for as long as the setting says', () => {
  const { clock, codes } = atTime(30);
  const code = codes.mint(appOf('mini-program'), defaultPerson, true);
  codes.markUsed(codes.find(code)!);
  clock.now += 29_999;
  expect(codes.find(code)?.used).toBe(true);
  clock.now += 1;
  expect(codes.find(code)).toBeUndefined();
});
