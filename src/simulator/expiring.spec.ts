import { Expiring } from './expiring.js';

function start() {
  const clock = { now: 0 };
  return { clock, map: new Expiring<string>(() => clock.now) };
}

test('an entry is there until it ends', () => {
  const { clock, map } = start();
  map.set('a', 'one', 100);
  clock.now = 99;
  expect([map.get('a'), map.values()]).toEqual(['one', ['one']]);
  clock.now = 100;
  expect([map.get('a'), map.values()]).toEqual([undefined, []]);
});

test('an entry may last for ever, or be taken away', () => {
  const { clock, map } = start();
  map.set('a', 'one', Infinity);
  clock.now = Number.MAX_SAFE_INTEGER;
  expect(map.get('a')).toBe('one');
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});

test('ended entries take no room', () => {
  const { clock, map } = start();
  for (let i = 0; i < 100; i++) map.set(`a${i}`, 'short', 100);
  map.set('b', 'long', 100_000);
  clock.now = 10_000;
  map.set('c', 'new', 100);
  expect(map.size).toBe(2);
});
