import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { Metrics } from '../../platform/observability/metrics.js';
import { KeyValueStore } from '../../platform/store/key-value-store.js';
import { statusAt, ticketSchema, type Move, type ScanTicket } from './scan-ticket.js';

/** Carries the ids of scans that have changed. */
export const scanChannel = 'scan-changed';

/** How long those who come late are still told how it ended. */
const rememberedMs = 10 * 60_000;
/** More than there are moves from the beginning of a scan to its end. */
const attempts = 10;
const form = /^[\w-]{22,32}$/;

/** Scans to log in, in the store; each move is one conditional write. */
@Injectable()
export class ScanTickets {
  constructor(
    private readonly store: KeyValueStore,
    private readonly metrics: Metrics,
  ) {}

  /** 144 bits in 24 characters: short enough for the scene of a mini-program code. */
  newId(): string {
    return randomBytes(18).toString('base64url');
  }

  async add(scanId: string, ticket: ScanTicket): Promise<void> {
    await this.store.set(keyOf(scanId), JSON.stringify(ticket), lifetimeOf(ticket));
    this.metrics.count('scans', { status: ticket.status });
    setTimeout(() => void this.countExpiry(scanId), ticket.expiresAt - Date.now()).unref();
  }

  async find(scanId: string): Promise<ScanTicket | undefined> {
    const stored = form.test(scanId) ? await this.store.get(keyOf(scanId)) : null;
    return stored === null ? undefined : ticketSchema.parse(JSON.parse(stored));
  }

  /** @throws AppError not_found */
  async require(scanId: string): Promise<ScanTicket> {
    const ticket = await this.find(scanId);
    if (!ticket) throw new AppError('not_found');
    return ticket;
  }

  /**
   * Makes a move; of several at once each sees what the others before it have left. A move that gives the same ticket
   * changes nothing.
   * @throws AppError not_found, and what the move names
   */
  async change(scanId: string, move: (ticket: ScanTicket) => Move): Promise<ScanTicket> {
    if (!form.test(scanId)) throw new AppError('not_found');
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const stored = await this.store.get(keyOf(scanId));
      if (stored === null) throw new AppError('not_found');
      const ticket = ticketSchema.parse(JSON.parse(stored));
      const next = move(ticket);
      if (typeof next === 'string') throw new AppError(next);
      if (next === ticket) return ticket;
      const text = JSON.stringify(next);
      if (await this.store.compareAndSet(keyOf(scanId), stored, text, lifetimeOf(next))) {
        if (next.status !== ticket.status) this.metrics.count('scans', { status: next.status });
        await this.announce(scanId);
        return next;
      }
    }
    throw new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
  }

  /** Nobody makes a scan expire: whoever began it looks how it ended. */
  private async countExpiry(scanId: string): Promise<void> {
    const ticket = await this.find(scanId).catch(() => undefined);
    if (ticket && statusAt(ticket, ticket.expiresAt) === 'expired')
      this.metrics.count('scans', { status: 'expired' });
  }

  private async announce(scanId: string): Promise<void> {
    // The move is made; who waits looks again by itself before long.
    await this.store.publish(scanChannel, scanId).catch(() => undefined);
  }
}

function keyOf(scanId: string): string {
  return `scan:${scanId}`;
}

function lifetimeOf({ expiresAt }: ScanTicket): number {
  return Math.max(1, expiresAt - Date.now() + rememberedMs);
}
