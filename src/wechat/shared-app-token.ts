import { randomUUID } from 'node:crypto';
import { type Sealer, UnsealError } from '../platform/crypto/sealer.js';
import type { KeyValueStore } from '../platform/store/key-value-store.js';
import { type AppToken, appTokenSchema } from './app-token.js';
import { verdictSchema } from './wechat-api.schemas.js';
import type { Verdict } from './wechat-answer.js';

/** Longer than a refresh takes, so that a claim is left behind only by a process that died. */
const claimMs = 3_500;
const writeMs = 1_000;
export const refusalMs = 30_000;
const forcedApartMs = 30_000;
const dayMs = 24 * 60 * 60_000;

/** What all replicas know of one app's token. Every method rejects with StoreUnavailableError. */
export class SharedAppToken {
  private readonly key: string;

  constructor(
    private readonly store: KeyValueStore,
    private readonly sealer: Sealer,
    private readonly now: () => number,
    appId: string,
    private readonly forcedPerDay: number,
  ) {
    this.key = `app-token:${appId}`;
  }

  /** Makes the caller the one refresher; `undefined` while there is another. The owner is needed below. */
  async claim(): Promise<string | undefined> {
    const owner = randomUUID();
    return (await this.store.setIfAbsent(`${this.key}:claim`, owner, claimMs)) ? owner : undefined;
  }

  async release(owner: string): Promise<void> {
    await this.store.compareAndSet(`${this.key}:claim`, owner, null, claimMs);
  }

  /** A token that still lives. */
  async read(): Promise<AppToken | undefined> {
    const sealed = await this.store.get(this.key);
    const token = sealed === null ? undefined : this.open(sealed);
    return token && token.expiresAt > this.now() ? token : undefined;
  }

  /** Writes only while the claim holds, for whoever holds it next has a newer token. */
  async keep(token: AppToken, owner: string): Promise<void> {
    const isOwner = await this.store.compareAndSet(`${this.key}:claim`, owner, owner, writeMs);
    const livesMs = token.expiresAt - this.now();
    if (isOwner && livesMs > 0) await this.store.set(this.key, this.seal(token), livesMs);
  }

  /** Forgets the token if it is still this one. */
  async drop(value: string): Promise<void> {
    const sealed = await this.store.get(this.key);
    if (sealed === null || this.open(sealed)?.value !== value) return;
    await this.store.compareAndSet(this.key, sealed, null, claimMs);
  }

  /** Why WeChat gave no token within the last 30 s. */
  async refusal(): Promise<Verdict | undefined> {
    const kept = await this.store.get(`${this.key}:refusal`);
    return kept === null ? undefined : verdictSchema.parse(JSON.parse(kept));
  }

  async keepRefusal(refusal: Verdict): Promise<void> {
    await this.store.set(`${this.key}:refusal`, JSON.stringify(refusal), refusalMs);
  }

  /** Takes one of the forced refreshes that WeChat allows: 30 s apart, so many a day. */
  async takeForcedRefresh(): Promise<boolean> {
    const apart = await this.store.slide(`${this.key}:forced`, 1, forcedApartMs);
    if (!apart.allowed) return false;
    return (await this.store.slide(`${this.key}:forced-today`, this.forcedPerDay, dayMs)).allowed;
  }

  private seal(token: AppToken): string {
    return this.sealer.seal(JSON.stringify(token), this.key);
  }

  /** Nothing where it was sealed by a key that this replica does not have, while ENCRYPTION_KEYS change. */
  private open(sealed: string): AppToken | undefined {
    try {
      return appTokenSchema.safeParse(JSON.parse(this.sealer.open(sealed, this.key))).data;
    } catch (error) {
      if (error instanceof UnsealError) return undefined;
      throw error;
    }
  }
}
