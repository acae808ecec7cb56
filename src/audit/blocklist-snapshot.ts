import {
  addressWidths,
  formatAddressRange,
  networkOf,
  readAddressRange,
} from '../platform/http/address-range.js';
import { canonicalAccount } from './account-name.js';
import type { BlockKind } from './block.entity.js';

/** A block as the driver gives it: its value in its one spelling, milliseconds as text or number. */
export interface BlockRow {
  kind: BlockKind;
  value: string;
  expires_at: string | number | null;
}

/**
 * The blocklist at one moment. Ranges are looked up by the prefixes in use, so that a check costs the same however many
 * there are; IPv4 is never looked for in ranges of IPv6, where `::/64` would hold all of it.
 */
export class BlocklistSnapshot {
  private readonly ends = { address: new Map<string, number>(), account: new Map<string, number>() };
  private readonly prefixes = { 4: new Set<number>(), 6: new Set<number>() };

  constructor(rows: BlockRow[]) {
    for (const { kind, value, expires_at: end } of rows) {
      const key = kind === 'account' ? canonicalAccount(value) : value;
      this.noteEnd(kind, key, end === null ? Infinity : Number(end));
      if (kind === 'address') this.notePrefix(value);
    }
  }

  /** True also for what is no address: nobody can say that it is free. */
  blocksAddress(text: string, now: number): boolean {
    const address = readAddressRange(text);
    if (!address) return true;
    for (const prefix of this.prefixes[address.family]) {
      const range = formatAddressRange(networkOf(address, prefix));
      if (isBefore(now, this.ends.address.get(range))) return true;
    }
    return false;
  }

  /** @param account in any spelling that looks the same */
  blocksAccount(account: string, now: number): boolean {
    return isBefore(now, this.ends.account.get(canonicalAccount(account)));
  }

  /** Of several accounts that look alike, the block that stands longest counts. */
  private noteEnd(kind: BlockKind, key: string, end: number): void {
    this.ends[kind].set(key, Math.max(end, this.ends[kind].get(key) ?? end));
  }

  private notePrefix(range: string): void {
    const family = range.includes(':') ? 6 : 4;
    const [, prefix = addressWidths[family]] = range.split('/');
    this.prefixes[family].add(Number(prefix));
  }
}

function isBefore(now: number, end: number | undefined): boolean {
  return end !== undefined && now < end;
}
