import { Argon2 } from './argon2.js';

const argon2 = new Argon2();

describe('a hash', () => {
  it('matches its password alone, to the last space, zero and mark', async () => {
    const password = ' pa\0ss wo\u0308rd ';
    const hash = await argon2.hash(password);
    const others = [
      password.trim(),
      ' pa',
      ' pa\0ss word ',
      password.normalize('NFC'),
      password.toUpperCase(),
    ];
    const matches = await Promise.all([password, ...others].map((each) => argon2.verify(hash, each)));
    expect(matches).toEqual([true, false, false, false, false, false]);
  });

  it('of a replacement character matches no half of a surrogate pair, which UTF-8 writes as one', async () => {
    const hash = await argon2.hash('pass\ufffdword');
    expect(await argon2.verify(hash, 'pass\ud800word')).toBe(false);
    expect(await argon2.verify(hash, 'pass\ufffdword')).toBe(true);
  });

  it('of nobody is as costly as any, and matches nothing', async () => {
    expect(argon2.isOutdated(argon2.nobodys)).toBe(false);
    expect(await argon2.verify(argon2.nobodys, '')).toBe(false);
  });

  it('is outdated where it cost less', () => {
    expect(argon2.isOutdated(argon2.nobodys.replace('t=2', 't=1'))).toBe(true);
    expect(argon2.isOutdated(argon2.nobodys.replace('m=19456', 'm=9216'))).toBe(true);
  });
});
