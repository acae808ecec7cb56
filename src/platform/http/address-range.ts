import { isIP } from 'node:net';

/** An IP address, or a network of them; bits beyond the prefix are zero. */
export interface AddressRange {
  family: 4 | 6;
  bits: bigint;
  prefix: number;
}

export const addressWidths = { 4: 32, 6: 128 } as const;

const form = /^([^/%]+)(?:\/([1-9]\d{0,2}))?$/;

/**
 * The one spelling of an address or CIDR range: `10.0.0.1/8` is the network `10.0.0.0/8`, a range of one is its address,
 * IPv4-mapped is IPv4. Nothing where it is neither, has a zone, or would be all of IPv4 or IPv6.
 */
export function parseAddressRange(text: string): string | undefined {
  const range = readAddressRange(text);
  return range && formatAddressRange(range);
}

export function readAddressRange(text: string): AddressRange | undefined {
  const [, address = '', prefixText] = form.exec(text) ?? [];
  const family = isIP(address) as 0 | 4 | 6;
  if (family === 0) return undefined;
  const width = addressWidths[family];
  const prefix = prefixText === undefined ? width : Number(prefixText);
  if (prefix > width) return undefined;
  const bits = family === 4 ? bitsOfV4(address) : bitsOfV6(address);
  return asIPv4({ family, bits, prefix });
}

/** The network of `prefix` bits that the address lies in. */
export function networkOf({ family, bits }: AddressRange, prefix: number): AddressRange {
  const hostBits = BigInt(addressWidths[family] - prefix);
  return { family, bits: (bits >> hostBits) << hostBits, prefix };
}

export function formatAddressRange({ family, bits, prefix }: AddressRange): string {
  const address = family === 4 ? formatV4(bits) : formatV6(bits);
  return prefix === addressWidths[family] ? address : `${address}/${prefix}`;
}

/** Nothing where a mapped address stands for more than IPv4 has room for, or for all of it. */
function asIPv4(range: AddressRange): AddressRange | undefined {
  const isMapped = range.family === 6 && range.bits >> 32n === 0xffffn;
  if (!isMapped) return networkOf(range, range.prefix);
  if (range.prefix <= 96) return undefined;
  return networkOf({ family: 4, bits: range.bits & 0xffff_ffffn, prefix: 32 }, range.prefix - 96);
}

function bitsOfV4(address: string): bigint {
  return address.split('.').reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
}

function bitsOfV6(address: string): bigint {
  const [head = [], tail = []] = shortest(address)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':')));
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return BigInt(`0x${[...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join('')}`);
}

function formatV4(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 0xffn).join('.');
}

function formatV6(bits: bigint): string {
  const groups = bits.toString(16).padStart(32, '0').match(/.{4}/g)!;
  return shortest(groups.join(':'));
}

/** The spelling of RFC 5952, without a dotted tail; URLs have it by their standard. */
function shortest(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
