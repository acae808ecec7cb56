import { SessionKeys } from './session-keys.js';

function logins(keys: SessionKeys, count: number) {
  return Array.from({ length: count }, () => keys.atLogin('wx1', 'o1'));
}

test('a session_key is 16 bytes in base64', () => {
  const [key = ''] = logins(new SessionKeys(1), 1);
  expect(key).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  expect(Buffer.from(key, 'base64')).toHaveLength(16);
});

test('a session_key changes at each login', () => {
  expect(new Set(logins(new SessionKeys(1), 5)).size).toBe(5);
});

test('a session_key changes at each third login where the setting says so', () => {
  const [first, second, third, fourth] = logins(new SessionKeys(3), 4);
  expect([second, third]).toEqual([first, first]);
  expect(fourth).not.toBe(first);
});

test('people and apps have their own session_key', () => {
  const keys = new SessionKeys(Infinity);
  const all = [keys.atLogin('wx1', 'o1'), keys.atLogin('wx1', 'o2'), keys.atLogin('wx2', 'o1')];
  expect(new Set(all).size).toBe(3);
});

test('the session_key before a change is remembered, and no older one', () => {
  const keys = new SessionKeys(2);
  const [first, , third, fourth] = logins(keys, 4);
  expect(fourth).toBe(third);
  expect(keys.of('wx1', 'o1')).toMatchObject({ current: third, previous: first });
  const [fifth] = logins(keys, 1);
  expect(keys.of('wx1', 'o1')).toMatchObject({ current: fifth, previous: third });
});

test('a session_key is replaced between logins, which changes nothing of their rhythm', () => {
  const keys = new SessionKeys(3);
  const [first] = logins(keys, 1);
  const reset = keys.reset('wx1', 'o1');
  expect(reset).not.toBe(first);
  expect(keys.of('wx1', 'o1')).toMatchObject({ current: reset, previous: first });
  const [second, third, fourth] = logins(keys, 3);
  expect([second, third]).toEqual([reset, reset]);
  expect(fourth).not.toBe(reset);
});

test('whoever never logged in has no session_key, and gets none', () => {
  const keys = new SessionKeys(1);
  expect([keys.of('wx1', 'o1'), keys.reset('wx1', 'o1'), keys.size]).toEqual([undefined, undefined, 0]);
});

test('no more than ten thousand session_keys are kept, and the one unused for longest goes', () => {
  const keys = new SessionKeys(Infinity);
  const used = keys.atLogin('wx1', 'used');
  const unused = keys.atLogin('wx1', 'unused');
  for (let i = 0; i < 9_998; i++) keys.atLogin('wx1', `o${i}`);
  keys.atLogin('wx1', 'used');
  keys.atLogin('wx1', 'one more');
  expect(keys.size).toBe(10_000);
  expect(keys.atLogin('wx1', 'used')).toBe(used);
  expect(keys.atLogin('wx1', 'unused')).not.toBe(unused);
});
