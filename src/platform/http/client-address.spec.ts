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
    ['2001:DB8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('%s is %s', (ip, address) => expect(clientAddress(request(ip))).toBe(address));

  it.each(['unknown', '203.0.113.7:1234', "'; DROP TABLE users", ''])(
    'is the peer where a proxy passes on %j',
    (ip) => expect(clientAddress(request(ip, '::ffff:10.0.0.9'))).toBe('10.0.0.9'),
  );

  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::9', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ])('%s counts as %s', (address, group) => expect(addressGroup(address)).toBe(group));
});
