import type { Api } from '../api.js';

export type Via = 'mini-program' | 'official-account';
export type ScanStatus = 'pending' | 'scanned' | 'confirmed' | 'rejected' | 'cancelled' | 'expired';

/** A QR code that waits for a phone. */
export interface Scan {
  scanId: string;
  /** Secret: whoever has it may ask how the scan went. */
  scanToken: string;
  status: ScanStatus;
  qr: { content: string; imageUrl: string };
  /** What the person must type on the phone, where the service asks for it. */
  matchCode?: string;
  /** Seconds. */
  expiresIn: number;
  /** Seconds. */
  pollInterval: number;
}

export interface ScannedBy {
  nickname: string | null;
  avatarUrl: string | null;
}

export interface ScanState {
  status: ScanStatus;
  /** Once confirmed, until it is exchanged. */
  loginCode?: string;
  user?: ScannedBy;
}

export interface ScanRequest {
  via: Via;
  appId?: string;
  codeChallenge?: string;
}

export function openScan(api: Api, body: ScanRequest, signal?: AbortSignal): Promise<Scan> {
  return api.call('/api/v1/auth/scans', { method: 'POST', body, signal });
}

/** Tells the phone that nobody waits any more. */
export async function cancelScan(api: Api, scan: Scan): Promise<void> {
  await api.call(scanPath(scan), { method: 'DELETE', headers: scanHeaders(scan) });
}

export function scanPath({ scanId }: Scan): string {
  return `/api/v1/auth/scans/${encodeURIComponent(scanId)}`;
}

/** The token beside the cookie: the cookie does not travel to another site. */
export function scanHeaders({ scanToken }: Scan): Record<string, string> {
  return { 'x-scan-token': scanToken };
}

export function isFinal(status: ScanStatus): boolean {
  return status !== 'pending' && status !== 'scanned';
}
