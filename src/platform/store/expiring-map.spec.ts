import { ExpiringMap } from './expiring-map.js';

describe('an expiring map', () => {
  let now: number;
  let map: ExpiringMap<string>;

  beforeEach(() => {
    now = 1_000;
    map = new ExpiringMap(() => now);
  });

  it('shows an entry until its lifetime is over, and not at its end', () => {
    map.set('a', 'value', 10);
    now += 9;
    expect(map.get('a')).toBe('value');
    now += 1;
    expect(map.get('a')).toBeUndefined();
  });

  it('gives an entry that is set again a new lifetime', () => {
    map.set('a', 'old', 10);
    now += 9;
    map.set('a', 'new', 10);
    now += 9;
    expect(map.get('a')).toBe('new');
  });

  it('lets go of an expired entry that is asked for', () => {
    map.set('a', 'value', 10);
    now += 10;
    map.get('a');
    expect(map.size).toBe(0);
  });

  it('sweeps out what nobody asks for and keeps what lives', () => {
    map.set('dead', 'value', 10);
    map.set('alive', 'value', 20);
    now += 10;
    map.sweep(100);
    expect(map.size).toBe(1);
    expect(map.get('alive')).toBe('value');
  });

  it('looks at no more than the budget in one sweep and gets through all in several', () => {
    for (let i = 0; i < 100; i++) map.set(`dead ${i}`, 'value', 10);
    now += 10;
    map.sweep(30);
    expect(map.size).toBe(70);
    for (let i = 0; i < 3; i++) map.sweep(30);
    expect(map.size).toBe(0);
  });

  it('sweeps what came after a sweep had reached the end', () => {
    map.sweep(10);
    map.set('late', 'value', 10);
    now += 10;
    map.sweep(10);
    map.sweep(10);
    expect(map.size).toBe(0);
  });
});
