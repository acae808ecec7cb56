import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** Who is calling: the rightmost hop that TRUST_PROXY does not vouch for; an IPv4-mapped address is its IPv4. */
export function clientAddress(request: FastifyRequest): string {
  const address = withoutZone(request.ip);
  return isIP(address) === 0 ? ownPeer(request) : unmapped(address);
}

/** What limits count by: an IPv4 address, or the /64 that one IPv6 customer has to itself. */
export function addressGroup(address: string): string {
  return isIP(address) === 6 ? `${firstGroups(address)}::/64` : address;
}

/** A trusted proxy that passes on nonsense is answered for its own address. */
function ownPeer(request: FastifyRequest): string {
  return unmapped(withoutZone(request.socket.remoteAddress ?? ''));
}

function unmapped(address: string): string {
  return mapped.exec(address)?.[1] ?? address.toLowerCase();
}

function withoutZone(address: string): string {
  return address.split('%', 1)[0]!;
}

/** The first four groups, written out and without leading zeros. */
function firstGroups(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? 0 : tail.split(':').length + (tail.includes('.') ? 1 : 0);
  while (tail !== undefined && groups.length + after < 8) groups.push('0');
  if (tail !== undefined && tail !== '') groups.push(...tail.split(':'));
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
