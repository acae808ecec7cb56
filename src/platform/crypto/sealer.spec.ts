import { randomBytes } from 'node:crypto';
import { Sealer, UnsealError } from './sealer.js';

const key = (id: string) => ({ id, key: randomBytes(32) });

describe('a Sealer', () => {
  const old = key('old');
  const sealer = new Sealer([old]);

  it('opens what it sealed, in its place only', () => {
    const sealed = sealer.seal('小明 😀', 'users:1:phone');
    expect(sealer.open(sealed, 'users:1:phone')).toBe('小明 😀');
    expect(() => sealer.open(sealed, 'users:2:phone')).toThrow(UnsealError);
    expect(sealed).not.toContain('小明');
  });

  it('never seals the same text to the same bytes', () => {
    expect(sealer.seal('x', 'p')).not.toBe(sealer.seal('x', 'p'));
  });

  it('seals with the first key and opens with all of them', () => {
    const rotated = new Sealer([key('new'), old]);
    expect(rotated.open(sealer.seal('x', 'p'), 'p')).toBe('x');
    expect(rotated.seal('x', 'p')).toMatch(/^new\./);
    expect(() => sealer.open(rotated.seal('x', 'p'), 'p')).toThrow('no key new');
  });

  it('opens nothing that was altered, cut or made up', () => {
    const sealed = sealer.seal('secret', 'p');
    const bytes = Buffer.from(sealed.slice(4), 'base64url');
    for (let i = 0; i < bytes.length; i++) {
      const altered = Buffer.from(bytes);
      altered[i]! ^= 1;
      expect(() => sealer.open(`old.${altered.toString('base64url')}`, 'p')).toThrow(UnsealError);
    }
    for (const text of ['', 'old', 'old.', 'old.AAAA', sealed.slice(0, -4)]) {
      expect(() => sealer.open(text, 'p')).toThrow(UnsealError);
    }
    expect(() => new Sealer([{ ...old, key: randomBytes(32) }]).open(sealed, 'p')).toThrow(UnsealError);
  });
});
