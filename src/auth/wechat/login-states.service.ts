import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { wechatAppKinds } from '../../platform/config/wechat-app.js';
import { hashSecret } from '../../platform/crypto/secrets.js';
import { AppError } from '../../platform/errors/app-error.js';
import { KeyValueStore } from '../../platform/store/key-value-store.js';
import { keptMs } from '../once.service.js';
import { deliveryModes } from '../login.schemas.js';

const stateMs = 10 * 60_000;

/** As WeChat lets it through. */
export const stateForm = /^[A-Za-z0-9]{32,128}$/;

const journeySchema = z.object({
  kind: z.enum(wechatAppKinds),
  appId: z.string(),
  /** Official accounts only. */
  scope: z.enum(['snsapi_base', 'snsapi_userinfo']).optional(),
  lang: z.enum(['cn', 'en']).optional(),
  /** Whose account it is to be linked to; a login otherwise. */
  link: z.object({ userId: z.string(), sessionId: z.string() }).optional(),
  /** An absolute URL that was found to be allowed. */
  returnTo: z.string().optional(),
  codeChallenge: z.string().optional(),
  mode: z.enum(deliveryModes).optional(),
  /** It began anew by itself once, because a replica died over it. */
  again: z.boolean().optional(),
});

/** A way to WeChat and back, as it was begun. */
export type Journey = z.infer<typeof journeySchema>;

const recordSchema = journeySchema.extend({
  /** Hash of the cookie of the browser that began it. */
  browser: z.string(),
  /** spent: somebody went to WeChat with its code; done: and knows how that ended. */
  phase: z.enum(['pending', 'spent', 'done']),
  /** It was spent before, and given back because WeChat could not be asked. */
  retried: z.boolean().optional(),
});
type StateRecord = z.infer<typeof recordSchema>;

/** A state as it lies in the store. */
export interface FoundState {
  key: string;
  /** What the next conditional write expects to find. */
  stored: string;
  record: StateRecord;
}

/** Remembers who went to WeChat from here, and what for: each state brings back one browser, once. */
@Injectable()
export class LoginStates {
  constructor(private readonly store: KeyValueStore) {}

  /** The text that travels; 64 hexadecimal digits. */
  async begin(browser: string, journey: Journey): Promise<string> {
    return this.beginFor(hashSecret(browser), journey);
  }

  /** Nothing where it is malformed, unknown or too old. */
  async find(state: string): Promise<FoundState | undefined> {
    if (!stateForm.test(state)) return undefined;
    const key = keyOf(state);
    const stored = await this.store.get(key);
    return stored === null ? undefined : { key, stored, record: recordSchema.parse(JSON.parse(stored)) };
  }

  /**
   * Spends a state: of all who come back with it, one does. `abandoned` where somebody has who never told the outcome.
   * @throws AppError state_invalid
   */
  async spend(found: FoundState): Promise<'spent' | 'abandoned'> {
    if (found.record.phase === 'spent') return 'abandoned';
    if (found.record.phase === 'pending' && (await this.move(found, { phase: 'spent' }))) return 'spent';
    throw new AppError('state_invalid');
  }

  /**
   * The outcome is known: while it is kept, its browser may ask for it again. What has happened has happened, so a store
   * that fails now must not turn it into an error.
   */
  async finish(found: FoundState): Promise<void> {
    await this.move(found, { phase: 'done' }).catch(() => false);
  }

  /** Nothing came of it: the same callback may try again. */
  async giveBack(found: FoundState): Promise<void> {
    await this.move(found, { phase: 'pending', retried: true }).catch(() => false);
  }

  /** A new state for the same journey and browser, which may not begin anew once more. */
  async beginAgain({ record }: FoundState): Promise<{ state: string; journey: Journey }> {
    const journey = { ...journeySchema.parse(record), again: true };
    return { state: await this.beginFor(record.browser, journey), journey };
  }

  private async beginFor(browser: string, journey: Journey): Promise<string> {
    const state = randomBytes(32).toString('hex');
    const record: StateRecord = { ...journey, browser, phase: 'pending' };
    await this.store.set(keyOf(state), JSON.stringify(record), stateMs);
    return state;
  }

  private async move(found: FoundState, change: Partial<StateRecord>): Promise<boolean> {
    const record = { ...found.record, ...change };
    const next = JSON.stringify(record);
    if (!(await this.store.compareAndSet(found.key, found.stored, next, keptMs))) return false;
    Object.assign(found, { stored: next, record });
    return true;
  }
}

function keyOf(state: string): string {
  return `login-state:${hashSecret(state)}`;
}
