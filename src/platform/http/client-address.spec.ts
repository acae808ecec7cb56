import type { FastifyRequest } from 'fastify';
import { addressGroup, clientAddress } from './client-address.js';

const request = (ip: string, remoteAddress = '10.0.0.9') =>
  ({ ip, socket: { remoteAddress } }) as FastifyRequest;

describe('the address of a client', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:0db8:0:0:0::0001', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
    ['::', '::'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is %s, however often it is asked', (ip, address) => {
    expect(clientAddress(request(ip))).toBe(address);
    expect(clientAddress(request(ip))).toBe(address);
    expect(clientAddress(request(address))).toBe(address);
  });

  it.each([
    'unknown',
    '203.0.113.7:1234',
    '203.0.113.7%eth0',
    '010.0.0.1',
    '0x0a000001',
    '[2001:db8::1]',
    '2001:db8::/32',
    "'; DROP TABLE users",
    '',
  ])('is the peer where a proxy passes on %j', (ip) =>
    expect(clientAddress(request(ip, '::ffff:10.0.0.9'))).toBe('10.0.0.9'),
  );

  it('stays right for more of them than are remembered', () => {
    const hex = (i: number) => i.toString(16);
    const inAll = Array.from({ length: 2000 }, (_, i) => i);
    const spelled = inAll.map((i) => clientAddress(request(`2001:0DB8::${hex(i + 1)}:0001`)));
    expect(spelled).toEqual(inAll.map((i) => `2001:db8::${hex(i + 1)}:1`));
  });

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8::/64'],
    ['::1', '::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['fe80::1%eth0', 'fe80::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['64:ff9b::192.0.2.1', '64:ff9b::/64'],
  ])('%s counts as %s', (address, group) => expect(addressGroup(address)).toBe(group));
});
