import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { AppError } from '../platform/errors/app-error.js';
import { parseRequest } from '../platform/http/validation.js';
import type { Nonces } from './nonces.service.js';

/** How far a request's clock may be from ours, either way. */
const toleranceSeconds = 300;
/** Longer than a timestamp may serve, the tolerance twice, by as much as the clocks of replicas may differ. */
export const nonceTtlMs = 900_000;

const stampSchema = z.object({
  'X-Timestamp': z.string().regex(/^\d{1,12}$/),
  'X-Nonce': z.string().regex(/^[\x21-\x7e]{8,128}$/),
});

/** What tells one request from its repetition, as the headers had it. */
export interface Stamp {
  /** Seconds since 1970. */
  timestamp: string;
  nonce: string;
}

/**
 * Refuses a login request that was sent before; one without the headers passes where they are optional. It stops blind
 * repetition, not who can alter the request.
 * @throws AppError invalid_request naming the header, request_signature_invalid, nonce_replayed
 */
export async function checkReplay(
  headers: IncomingHttpHeaders,
  protection: 'optional' | 'required',
  nonces: Pick<Nonces, 'useOnce'>,
): Promise<void> {
  const bare = headers['x-timestamp'] === undefined && headers['x-nonce'] === undefined;
  if (bare && protection === 'optional') return;
  const { timestamp, nonce } = readStamp(headers);
  if (isStale(timestamp)) {
    const privateMessage = `X-Timestamp is off by ${secondsOff(timestamp)} s`;
    throw new AppError('request_signature_invalid', { privateMessage });
  }
  if (!(await nonces.useOnce('login', nonce, nonceTtlMs))) throw new AppError('nonce_replayed');
}

/**
 * The stamp of a request, both headers well-formed; it may be stale, and the nonce is not used by this.
 * @throws AppError invalid_request naming the header
 */
export function readStamp(headers: IncomingHttpHeaders): Stamp {
  const { 'X-Timestamp': timestamp, 'X-Nonce': nonce } = parseRequest(stampSchema, {
    'X-Timestamp': headers['x-timestamp'],
    'X-Nonce': headers['x-nonce'],
  });
  return { timestamp, nonce };
}

/** @param timestamp seconds since 1970, of a stamp */
export function isStale(timestamp: string): boolean {
  return Math.abs(secondsOff(timestamp)) > toleranceSeconds;
}

function secondsOff(timestamp: string): number {
  return Number(timestamp) - Math.floor(Date.now() / 1000);
}
