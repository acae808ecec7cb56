import { parseAddressRange } from './address-range.js';
import { addressGroup } from './client-address.js';

describe('an address range', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7/32', '203.0.113.7'],
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['255.255.255.255/1', '128.0.0.0/1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['::ffff:10.1.2.3/104', '10.0.0.0/8'],
    ['2001:0DB8::0001', '2001:db8::1'],
    ['2001:db8::1/128', '2001:db8::1'],
    ['2001:db8:1:2:3:4:5:6/64', '2001:db8:1:2::/64'],
    ['2001:db8:0:0::/64', '2001:db8::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['ffff::/1', '8000::/1'],
    ['::', '::'],
    ['::1', '::1'],
    ['0.0.0.0', '0.0.0.0'],
  ])('%s is %s', (text, canonical) => {
    expect(parseAddressRange(text)).toBe(canonical);
    expect(parseAddressRange(canonical)).toBe(canonical);
  });

  it.each([
    '',
    ' 10.0.0.1',
    '10.0.0.1 ',
    '10.0.0.1\n',
    '10.0.0',
    '010.0.0.1',
    '0x0a000001',
    '167772161',
    '10.0.0.1:80',
    '10.0.0.256',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/+8',
    '10.0.0.0/8/8',
    '10.0.0.0/255.0.0.0',
    '0.0.0.0/0',
    '::/0',
    '::/129',
    '::ffff:0.0.0.0/96',
    '::ffff:10.0.0.1/64',
    'fe80::1%eth0',
    '[::1]',
    '2001:db8::1::2',
    'example.test',
    "'; DROP TABLE blocks",
  ])('is not %j', (text) => expect(parseAddressRange(text)).toBeUndefined());

  it.each(['203.0.113.7', '::1', '2001:db8::9', '64:ff9b::192.0.2.1'])(
    'is what limits count %s by',
    (address) => expect(parseAddressRange(addressGroup(address))).toBeDefined(),
  );
});
