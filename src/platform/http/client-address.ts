import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

const hexMapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i;
const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/** Who is calling: the rightmost hop that TRUST_PROXY does not vouch for; an IPv4-mapped address is its IPv4. */
export function clientAddress(request: FastifyRequest): string {
  const address = withoutZone(request.ip);
  return isIP(address) === 0 ? ownPeer(request) : unmapped(address);
}

/** From where a request comes. */
export function whenceOf(request: FastifyRequest): { address: string; userAgent?: string } {
  return { address: clientAddress(request), userAgent: request.headers['user-agent'] };
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
  const [, high, low] = hexMapped.exec(address) ?? [];
  if (high === undefined || low === undefined) return mapped.exec(address)?.[1] ?? address.toLowerCase();
  const bits = parseInt(high, 16) * 0x10000 + parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
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
