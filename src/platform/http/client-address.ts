import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { formatAddressRange, networkOf, parseAddressRange, readAddressRange } from './address-range.js';

/** From where a request comes. */
export interface Whence {
  address: string;
  userAgent?: string;
}

/** What one IPv6 customer has to itself. */
const groupPrefix = 64;
const remembered = 500;

// Every request asks, mostly of a few addresses; IPv6 takes microseconds to spell.
const spellings = new LRUCache<string, string>({ max: remembered, memoMethod: spell });
const groups = new LRUCache<string, string>({ max: remembered, memoMethod: groupOf });

/**
 * Who is calling, in the one spelling of its address (RFC 5952; IPv4-mapped as IPv4): the rightmost hop that TRUST_PROXY
 * does not vouch for. A trusted proxy that passes on nonsense is answered for its own address.
 */
export function clientAddress({ ip, socket }: FastifyRequest): string {
  return canonical(isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip);
}

/** From where a request comes. */
export function whenceOf(request: FastifyRequest): Whence {
  return { address: clientAddress(request), userAgent: request.headers['user-agent'] };
}

/** What limits count by: an IPv4 address, or the /64 that one IPv6 customer has to itself. */
export function addressGroup(address: string): string {
  return isIP(address) === 6 ? groups.memo(address) : address;
}

function canonical(address: string): string {
  return isIP(address) === 6 ? spellings.memo(address) : address;
}

/** Zones say nothing outside of the machine. */
function spell(address: string): string {
  const [bare = ''] = address.split('%', 1);
  return parseAddressRange(bare) ?? bare;
}

function groupOf(address: string): string {
  const range = readAddressRange(spell(address));
  if (range?.family !== 6) return spell(address);
  return formatAddressRange(networkOf(range, groupPrefix));
}
