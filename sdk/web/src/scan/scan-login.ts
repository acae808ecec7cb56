import type { Api } from '../api.js';
import { persist } from '../persist.js';
import { createPkce } from '../pkce.js';
import { toWxpassError, type WxpassError } from '../wxpass-error.js';
import {
  cancelScan,
  isFinal,
  openScan,
  type Scan,
  type ScannedBy,
  type ScanRequest,
  type ScanStatus,
} from './scan.js';
import { watchScan } from './watch-scan.js';
import { whenVisible } from './when-visible.js';

/** New codes that a page left alone gets by itself: half an hour at two minutes each. */
const renewals = 15;

/** What there is to see. */
export type ScanView =
  | { phase: 'opening' }
  | { phase: 'pending' | 'scanned'; scan: Scan }
  | { phase: 'confirmed'; user?: ScannedBy }
  | { phase: 'rejected' | 'cancelled' | 'expired' }
  /** `retrying`: goes on by itself. */
  | { phase: 'failed'; error: WxpassError; retrying: boolean };

/** What the phone has granted. */
export interface ScanGrant {
  loginCode: string;
  /** Absent where the challenge was someone else's, or the browser has no WebCrypto. */
  codeVerifier?: string;
  user?: ScannedBy;
  signal: AbortSignal;
}

export interface ScanLoginOptions extends ScanRequest {
  api: Api;
  show: (view: ScanView) => void;
  /** Uses the login code, within the minute that it lives. */
  complete: (grant: ScanGrant) => Promise<void>;
  whenVisible?: (signal: AbortSignal) => Promise<void>;
}

/** A login by scanning, from the first code to the login code; codes that expire are renewed while someone can see them. */
export class ScanLogin {
  private run: AbortController | undefined;
  private open: Scan | undefined;

  constructor(private readonly options: ScanLoginOptions) {}

  /** Begins, or begins anew with a new code. */
  start(): void {
    this.stop();
    this.run = new AbortController();
    void this.renewUntilDecided(this.run.signal).catch(this.fail(this.run.signal));
  }

  /** Ends; the phone is told that nobody waits any more. */
  stop(): void {
    this.run?.abort();
    this.run = undefined;
    if (this.open) void cancelScan(this.options.api, this.open).catch(() => undefined);
    this.open = undefined;
  }

  /** Ends, and says so. */
  cancel(): void {
    this.stop();
    this.options.show({ phase: 'cancelled' });
  }

  private async renewUntilDecided(signal: AbortSignal): Promise<void> {
    for (let codes = 0; codes <= renewals; codes++) {
      if ((await this.scanOnce(signal)) !== 'expired') return;
      await (this.options.whenVisible ?? whenVisible)(signal);
    }
  }

  private async scanOnce(signal: AbortSignal): Promise<ScanStatus> {
    const { api, show, codeChallenge } = this.options;
    show({ phase: 'opening' });
    const pkce = codeChallenge === undefined ? await createPkce() : undefined;
    const scan = await this.openOne(codeChallenge ?? pkce?.challenge, signal);
    this.open = scan;
    show({ phase: 'pending', scan });
    for await (const { status, loginCode, user } of watchScan(api, scan, signal)) {
      signal.throwIfAborted();
      if (isFinal(status)) this.open = undefined;
      if (status === 'confirmed' && loginCode === undefined) return this.end('expired');
      if (status === 'pending' || status === 'scanned') show({ phase: status, scan });
      else if (status === 'confirmed') show({ phase: status, user });
      else return this.end(status);
      if (loginCode !== undefined) {
        await this.options.complete({ loginCode, codeVerifier: pkce?.verifier, user, signal });
      }
    }
    return 'confirmed';
  }

  private async openOne(codeChallenge: string | undefined, signal: AbortSignal): Promise<Scan> {
    const { api, via, appId, show } = this.options;
    const onFailure = (error: unknown) =>
      show({ phase: 'failed', error: toWxpassError(error), retrying: true });
    const scan = await persist(() => openScan(api, { via, appId, codeChallenge }, signal), {
      signal,
      onFailure,
    });
    signal.throwIfAborted();
    return scan;
  }

  private end(phase: 'rejected' | 'cancelled' | 'expired'): ScanStatus {
    this.options.show({ phase });
    return phase;
  }

  private fail(signal: AbortSignal): (error: unknown) => void {
    return (error) => {
      if (!signal.aborted)
        this.options.show({ phase: 'failed', error: toWxpassError(error), retrying: false });
    };
  }
}
