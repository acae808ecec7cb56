import { z } from 'zod';
import type { ErrorName } from '../../platform/errors/catalogue.js';

export const scanKinds = ['mini-program', 'official-account'] as const;
export type ScanKind = (typeof scanKinds)[number];

const storedStatuses = ['pending', 'scanned', 'confirmed', 'rejected', 'cancelled'] as const;
export const scanStatuses = [...storedStatuses, 'expired'] as const;
export type ScanStatus = (typeof scanStatuses)[number];

/** Who scanned: a user who is logged in on the phone, or whom WeChat names by a push, of whom we keep a hash. */
const holderSchema = z.union([z.object({ userId: z.string() }), z.object({ openidHash: z.string() })]);
export type ScanHolder = z.infer<typeof holderSchema>;

export const ticketSchema = z.object({
  status: z.enum(storedStatuses),
  via: z.enum(scanKinds),
  appId: z.string(),
  /** What the QR code says. */
  link: z.string(),
  /** Hashes of what the browser alone knows: its cookie, and the scan's token. */
  browserHash: z.string(),
  tokenHash: z.string(),
  address: z.string(),
  userAgent: z.string().optional(),
  /** Milliseconds, as all times here. */
  createdAt: z.number(),
  expiresAt: z.number(),
  codeChallenge: z.string().optional(),
  /** Shown by the computer, sent by the phone; absent where none is asked for. */
  matchCode: z.string().optional(),
  matchTries: z.number(),
  holder: holderSchema.optional(),
  /** Sealed: the login code, and whom the computer may greet. */
  outcome: z.string().optional(),
});

/** A scan to log in, as all replicas share it. */
export type ScanTicket = z.infer<typeof ticketSchema>;

/** What a move leads to, or why it may not be made. */
export type Move = ScanTicket | ErrorName;

const matchTriesAllowed = 3;

/** What the browser is told now: what was not decided within its life has expired. */
export function statusAt(ticket: ScanTicket, now: number): ScanStatus {
  return isOver(ticket, now) && !isFinal(ticket.status) ? 'expired' : ticket.status;
}

/** Nothing follows on it. */
export function isFinal(status: ScanStatus | undefined): boolean {
  return status !== undefined && status !== 'pending' && status !== 'scanned';
}

/** The statuses that whoever knew of `known` has yet to be told, the present one last. */
export function passedThrough(known: ScanStatus | undefined, ticket: ScanTicket, now: number): ScanStatus[] {
  const status = statusAt(ticket, now);
  if (status === known) return [];
  const hasMissedScan = known === 'pending' && status !== 'scanned' && ticket.holder !== undefined;
  return hasMissedScan ? ['scanned', status] : [status];
}

/** Why the phone may not see what it is about to let in; nothing where it may. */
export function refusalToShow(ticket: ScanTicket, isHolder: boolean, now: number): ErrorName | undefined {
  if (isOver(ticket, now)) return 'scan_expired';
  const isFree = ticket.status === 'pending' || (ticket.status === 'scanned' && isHolder);
  return isFree ? undefined : 'scan_state';
}

/** Why the phone may not decide; nothing where it may. */
export function refusalToDecide(ticket: ScanTicket, isHolder: boolean, now: number): ErrorName | undefined {
  if (isOver(ticket, now)) return 'scan_expired';
  return ticket.status === 'scanned' && isHolder ? undefined : 'scan_state';
}

/** The first phone holds the scan; for the same one it is no news. */
export function scan(ticket: ScanTicket, holder: ScanHolder, isHolder: boolean, now: number): Move {
  const refusal = refusalToShow(ticket, isHolder, now);
  if (refusal) return refusal;
  return ticket.status === 'scanned' ? ticket : { ...ticket, status: 'scanned', holder };
}

/** Counts a try at the match code before it is looked at, so that parallel guesses cannot overrun. */
export function tryMatchCode(ticket: ScanTicket, isHolder: boolean, now: number): Move {
  const refusal = refusalToDecide(ticket, isHolder, now);
  if (refusal) return refusal;
  if (ticket.matchTries >= matchTriesAllowed) return 'scan_state';
  return { ...ticket, matchTries: ticket.matchTries + 1 };
}

/** Whether a wrong match code was the last that may be tried. */
export function hasNoTriesLeft({ matchTries }: ScanTicket): boolean {
  return matchTries >= matchTriesAllowed;
}

export function confirm(ticket: ScanTicket, outcome: string, isHolder: boolean, now: number): Move {
  return refusalToDecide(ticket, isHolder, now) ?? { ...ticket, status: 'confirmed', outcome };
}

export function reject(ticket: ScanTicket, isHolder: boolean, now: number): Move {
  return refusalToDecide(ticket, isHolder, now) ?? { ...ticket, status: 'rejected' };
}

/** By the browser; what has ended without a decision stays as it is. */
export function cancel(ticket: ScanTicket, now: number): Move {
  const status = statusAt(ticket, now);
  if (status === 'confirmed' || status === 'rejected') return 'scan_state';
  return isFinal(status) ? ticket : { ...ticket, status: 'cancelled' };
}

function isOver({ expiresAt }: ScanTicket, now: number): boolean {
  return now >= expiresAt;
}
