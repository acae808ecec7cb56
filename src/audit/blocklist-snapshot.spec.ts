import { BlocklistSnapshot } from './blocklist-snapshot.js';

const addresses = (...values: string[]) =>
  new BlocklistSnapshot(values.map((value) => ({ kind: 'address', value, expires_at: null })));

describe('a snapshot of the blocklist', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7', '::ffff:203.0.113.7'],
    ['203.0.113.7', '::ffff:cb00:7107'],
    ['10.0.0.0/8', '10.255.255.255'],
    ['10.0.0.0/8', '::ffff:10.0.0.1'],
    ['203.0.113.128/25', '203.0.113.128'],
    ['2001:db8::1', '2001:DB8:0:0::1'],
    ['2001:db8::/64', '2001:db8::ffff:0:0:1'],
    ['2001:db8::/32', '2001:db8:ffff::1'],
    ['::/64', '::1'],
  ])('with %s blocks %s', (value, address) => {
    expect(addresses('192.0.2.0/24', value).blocksAddress(address, 1)).toBe(true);
  });

  it.each([
    ['203.0.113.7', '203.0.113.8'],
    ['10.0.0.0/8', '11.0.0.0'],
    ['203.0.113.128/25', '203.0.113.127'],
    ['2001:db8::1', '2001:db8::2'],
    ['2001:db8::/64', '2001:db8:0:1::'],
    ['::/64', '203.0.113.7'],
    ['::/64', '::ffff:203.0.113.7'],
    ['::1', '0.0.0.1'],
  ])('with %s lets %s through', (value, address) => {
    expect(addresses('192.0.2.0/24', value).blocksAddress(address, 1)).toBe(false);
  });

  it.each(['', 'unknown', '1.2.3.4:80'])('lets no address like %j through', (address) => {
    expect(addresses().blocksAddress(address, 1)).toBe(true);
  });

  it('knows a block no more from its last millisecond on', () => {
    const snapshot = new BlocklistSnapshot([
      { kind: 'address', value: '203.0.113.7', expires_at: '1000' },
      { kind: 'account', value: 'mallory', expires_at: 1000 },
    ]);
    expect(snapshot.blocksAddress('203.0.113.7', 999)).toBe(true);
    expect(snapshot.blocksAccount('mallory', 999)).toBe(true);
    expect(snapshot.blocksAddress('203.0.113.7', 1000)).toBe(false);
    expect(snapshot.blocksAccount('mallory', 1000)).toBe(false);
  });

  it('goes on to a wider range where the narrower one has ended', () => {
    const snapshot = new BlocklistSnapshot([
      { kind: 'address', value: '203.0.113.7', expires_at: 1000 },
      { kind: 'address', value: '203.0.113.0/24', expires_at: null },
    ]);
    expect(snapshot.blocksAddress('203.0.113.7', 2000)).toBe(true);
  });

  it('blocks an account in every spelling that looks the same, until the last of its blocks ends', () => {
    const snapshot = new BlocklistSnapshot([
      { kind: 'account', value: 'mallory', expires_at: 200 },
      { kind: 'account', value: 'ma11ory', expires_at: 100 },
    ]);
    expect(['Mallory', 'MA1lory', 'mаllоry'].map((name) => snapshot.blocksAccount(name, 150))).toEqual([
      true,
      true,
      true,
    ]);
    expect(snapshot.blocksAccount('malory', 150)).toBe(false);
    expect(snapshot.blocksAccount('mallory', 200)).toBe(false);
  });

  it('takes an account that is named like an address for no address', () => {
    const snapshot = new BlocklistSnapshot([{ kind: 'account', value: '203.0.113.7', expires_at: null }]);
    expect(snapshot.blocksAddress('203.0.113.7', 1)).toBe(false);
    expect(snapshot.blocksAccount('203.0.113.7', 1)).toBe(true);
  });
});
