import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { AppError } from '../../platform/errors/app-error.js';
import { KeyValueStore } from '../../platform/store/key-value-store.js';
import type { PushMessage } from '../../wechat/push-message.js';
import { PushActs, type PushAct } from './push-acts.service.js';

const minuteMs = 60_000;
/** WeChat waits 5 s. */
const answerWithinMs = 3000;
const capacity = 1000;
const keptForMs = 60 * minuteMs;
const firstPauseMs = 100;
const longestPauseMs = 10_000;
const shutdownLimitMs = 2000;
/** Longer than an act lasts; whoever died over it is succeeded then. */
const claimMs = minuteMs;
const rememberedMs = 24 * 60 * minuteMs;
const done = 'done';

/**
 * Takes what WeChat pushes, acts on it once in all replicas, and lets WeChat go in time: what cannot be done yet is kept
 * in this process and tried again.
 */
@Injectable()
export class PushInbox implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Push');
  private readonly underway = new Map<string, Promise<string | undefined>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly acts: PushActs,
    private readonly store: KeyValueStore,
  ) {}

  /**
   * Resolves when the message was acted on, or a little later is going to be.
   * @returns the text to reply with, if any and in time
   * @throws AppError dependency_unavailable where WeChat had better send it again
   */
  async take(message: PushMessage): Promise<string | undefined> {
    const act = this.acts.of(message);
    if (!act) return undefined;
    const work = this.underway.get(message.dedupeKey) ?? this.begin(message, act);
    const late = new AbortController();
    const answer = await Promise.race([work, inTime(late.signal)]).finally(() => late.abort());
    return answer ?? undefined;
  }

  /** One last try for each; requests are still being answered. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    const rest = Promise.allSettled(this.underway.values());
    await Promise.race([rest, sleep(shutdownLimitMs, undefined, { ref: false })]);
    if (this.underway.size > 0)
      this.logger.error(`the process ends, and ${this.underway.size} pushes are lost`);
  }

  private begin(message: PushMessage, act: PushAct): Promise<string | undefined> {
    if (this.underway.size >= capacity) throw unavailable();
    const work = this.pursue(message, act);
    this.underway.set(message.dedupeKey, work);
    const forget = () => this.underway.delete(message.dedupeKey);
    work.then(forget, forget);
    return work;
  }

  private async pursue(message: PushMessage, act: PushAct): Promise<string | undefined> {
    const claim = randomUUID();
    const giveUpAt = performance.now() + keptForMs;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const isLast = this.stopping.signal.aborted || performance.now() >= giveUpAt;
      try {
        const outcome = await this.actOnce(message, act, claim);
        if (outcome !== 'taken') return outcome.reply;
      } catch (error) {
        if (isLast) this.logger.error(`${nameOf(message)} could not be acted on, and is given up`, error);
        else if (pauseMs === firstPauseMs) this.logger.warn(`${nameOf(message)} waits to be acted on`, error);
      }
      if (isLast) throw unavailable();
      await sleep(pauseMs, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
    }
  }

  /** Of all replicas that have the message one acts; the others wait for how it ends. */
  private async actOnce(
    message: PushMessage,
    act: PushAct,
    claim: string,
  ): Promise<'taken' | { reply?: string }> {
    const key = `push:${message.dedupeKey}`;
    if (!(await this.store.setIfAbsent(key, claim, claimMs))) {
      const holder = await this.store.get(key);
      if (holder === done) return {};
      // A claim whose answer was lost is ours all the same.
      if (holder !== claim) return 'taken';
    }
    try {
      const reply = (await act(message)) ?? undefined;
      await this.store.compareAndSet(key, claim, done, rememberedMs).catch(() => undefined);
      return { reply };
    } catch (error) {
      await this.store.compareAndSet(key, claim, null, claimMs).catch(() => undefined);
      throw error;
    }
  }
}

async function inTime(signal: AbortSignal): Promise<undefined> {
  await sleep(answerWithinMs, undefined, { signal }).catch(() => undefined);
}

function nameOf({ event, appId }: PushMessage): string {
  return `${event} of app ${appId}`;
}

function unavailable(): AppError {
  return new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
}
