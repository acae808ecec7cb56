import type { Api } from '../api.js';
import type { Mode, RefreshAnswer } from '../exchange.js';
import { persist } from '../persist.js';
import { sha256 } from '../pkce.js';
import { csrfToken } from './csrf-token.js';
import { refreshEndReasonOf, type SignedOutReason } from './ended-session.js';
import { isSame, keptSession, type KeptSession, type SessionStore } from './session-store.js';
import { openTabChannel, type TabChannel } from './tab-channel.js';
import { inOneTab } from './tab-lock.js';

/** How long one refresh goes on trying before it is the caller's turn. */
const refreshForMs = 8_000;

interface Ended {
  sessionId: string | undefined;
  reason: SignedOutReason;
}

export interface KeeperOptions {
  api: Api;
  store: SessionStore;
  mode: Mode;
  /** Names what the tabs of one origin share. */
  name: string;
  cookies?: () => string;
}

/** Keeps the session: one refresh for however many ask, in however many tabs, and one end that all tabs hear of. */
export class SessionKeeper {
  private readonly channel: TabChannel<Ended>;
  private readonly listeners = new Set<(reason: SignedOutReason) => void>();
  private refreshing: Promise<KeptSession | undefined> | undefined;
  /** The session that this tab knows of; in cookie mode it may have no id here. */
  private known: string | undefined;
  /** The session whose end was told: an end is told once. */
  private told: string | undefined;

  constructor(private readonly options: KeeperOptions) {
    this.channel = openTabChannel(options.name);
    this.channel.listen((ended) => void this.hearOf(ended));
    void this.read();
  }

  async read(): Promise<KeptSession | undefined> {
    const session = await this.options.store.read();
    if (session) this.known = session.sessionId;
    return session;
  }

  async keep(answer: RefreshAnswer): Promise<KeptSession> {
    const session = keptSession(answer);
    this.known = session.sessionId;
    this.told = undefined;
    await this.options.store.write(session);
    return session;
  }

  /** Whether somebody is logged in, as far as this browser can know. */
  async isSignedIn(): Promise<boolean> {
    return this.options.mode === 'cookie' ? this.csrfToken() !== undefined : Boolean(await this.read());
  }

  /** In cookie mode, where somebody is logged in. */
  csrfToken(): string | undefined {
    return csrfToken(this.options.cookies?.());
  }

  /**
   * A session that is newer than the one that was refused; undefined where it is over.
   * @throws WxpassError where the service cannot be reached: the session stays
   */
  refresh(refused: KeptSession | undefined): Promise<KeptSession | undefined> {
    this.refreshing ??= inOneTab(`${this.options.name} refresh`, () => this.refreshOnce(refused)).finally(
      () => {
        this.refreshing = undefined;
      },
    );
    return this.refreshing;
  }

  /** Forgets the session here and in all tabs; one that is not this tab's any more is nothing to it. */
  async end(sessionId: string | undefined, reason: SignedOutReason): Promise<void> {
    if (this.known !== undefined && this.known !== sessionId) return;
    this.channel.post({ sessionId, reason });
    await this.forget({ sessionId, reason });
  }

  onEnded(listener: (reason: SignedOutReason) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.channel.close();
  }

  private async refreshOnce(refused: KeptSession | undefined): Promise<KeptSession | undefined> {
    const current = await this.read();
    if (!isSame(current, refused)) return current;
    if (!(await this.isSignedIn())) return this.over(current, 'unknown');
    try {
      const answer = await persist(() => this.askForTokens(current), { forMs: refreshForMs });
      const now = await this.options.store.read();
      // Who logged out meanwhile stays so.
      return isSame(now, current) ? await this.keep(answer) : now;
    } catch (error) {
      const reason = refreshEndReasonOf(error);
      if (reason === undefined) throw error;
      const now = await this.options.store.read();
      return isSame(now, current) ? this.over(current, reason) : now;
    }
  }

  private async over(session: KeptSession | undefined, reason: SignedOutReason): Promise<undefined> {
    await this.end(session?.sessionId, reason);
  }

  private async askForTokens(current: KeptSession | undefined): Promise<RefreshAnswer> {
    const { api, mode } = this.options;
    if (mode === 'cookie') {
      const headers = { 'x-csrf-token': this.csrfToken() ?? '' };
      return api.call('/api/v1/auth/refresh', { method: 'POST', body: {}, headers });
    }
    const refreshToken = current?.refreshToken ?? '';
    // Whoever shows this token, here or in another tab, now or again, gets the same answer.
    const key = await sha256(refreshToken);
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    return api.call('/api/v1/auth/refresh', { method: 'POST', body: { refreshToken }, headers });
  }

  private async hearOf(ended: Ended): Promise<void> {
    if (this.known === ended.sessionId) return this.forget(ended);
    if (this.known === undefined) return;
    // Another tab may have logged in anew since this one looked, and ended that.
    const kept = await this.options.store.read();
    if (kept === undefined || kept.sessionId === ended.sessionId) await this.forget(ended);
  }

  private async forget({ sessionId, reason }: Ended): Promise<void> {
    const isNew = this.told !== (sessionId ?? '');
    this.told = sessionId ?? '';
    this.known = undefined;
    const kept = await this.options.store.read();
    if (kept?.sessionId === sessionId) await this.options.store.write(undefined);
    if (isNew) for (const listener of this.listeners) listener(reason);
  }
}
