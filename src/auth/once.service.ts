import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Sealer } from '../platform/crypto/sealer.js';
import { hashSecret } from '../platform/crypto/secrets.js';
import { AppError, type Concerned } from '../platform/errors/app-error.js';
import type { ErrorName } from '../platform/errors/catalogue.js';
import { toAppError } from '../platform/http/to-app-error.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';

/** How long an answer may be asked for again. */
export const keptMs = 60_000;
/** Longer than any login may take, so that a claim is lost only with its process. */
const claimMs = 10_000;
/** How long those who wait at the moment may still learn of an outcome that is not kept. */
const passingMs = 2_000;
const firstPollMs = 40;
const lastPollMs = 320;

const recordSchema = z.object({
  /** The hash of the request, sealed: a body may hold a password, which a bare hash would let one guess. */
  fingerprint: z.string(),
  owner: z.string().optional(),
  sealed: z.string().optional(),
});
type StoredRecord = z.infer<typeof recordSchema>;

/** What is to be done once. */
export interface Occasion {
  /** Names it to all replicas, such as `idempotency:<hash>`. */
  key: string;
  /** What makes it the same request. */
  request: string;
  /** What another request under the same key is told. */
  otherRequest: ErrorName;
}

interface Claim extends Occasion {
  /** The hash of the request. */
  hash: string;
  /** The same as it may lie in the store. */
  fingerprint: string;
  /** Names the one attempt that holds the claim. */
  owner: string;
  record: string;
}

type Outcome<Answer> =
  | { answer: Answer }
  | {
      error: ErrorName;
      details: { zh: unknown; en: unknown };
      retryAfterSeconds?: number;
      headers?: Readonly<Record<string, string>>;
      about?: Concerned;
    };

/**
 * Makes a lost answer safe: the same request gets the same answer for a minute, from any replica, however many ask at
 * once.
 */
@Injectable()
export class Once {
  constructor(
    private readonly store: KeyValueStore,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Does the work once for one occasion.
   * @param recheck refuses an answer that may no longer be repeated
   * @throws AppError `otherRequest`, and whatever the work throws
   */
  async do<Answer>(
    occasion: Occasion,
    work: () => Promise<Answer>,
    recheck: (answer: Answer) => Promise<void>,
  ): Promise<Answer> {
    const claim = this.claimOf(occasion);
    const known = await this.claimOrAwait(claim);
    if (known === undefined) return this.perform(claim, work);
    const answer = repeat(this.openOutcome<Answer>(known, claim.key));
    await recheck(answer);
    return answer;
  }

  private claimOf(occasion: Occasion): Claim {
    const hash = hashSecret(occasion.request);
    const fingerprint = this.sealer.seal(hash, placeOfFingerprint(occasion));
    const owner = randomUUID();
    const record = JSON.stringify({ fingerprint, owner } satisfies StoredRecord);
    return { ...occasion, hash, fingerprint, owner, record };
  }

  /** Nothing where the claim is ours; else the sealed outcome of whoever had it. */
  private async claimOrAwait(claim: Claim): Promise<string | undefined> {
    if (await this.store.setIfAbsent(claim.key, claim.record, claimMs)) return undefined;
    let owner: string | undefined;
    let pauseMs = firstPollMs;
    for (const deadline = Date.now() + claimMs + passingMs; Date.now() < deadline; await sleep(pauseMs)) {
      pauseMs = Math.min(pauseMs * 1.5, lastPollMs);
      const stored = await this.store.get(claim.key);
      if (stored === null) {
        const passing = owner === undefined ? null : await this.store.get(passingKey(owner));
        if (passing !== null) return passing;
        // Its owner died, or it answered before we began to wait: the work is ours to try.
        if (await this.store.setIfAbsent(claim.key, claim.record, claimMs)) return undefined;
        continue;
      }
      const record = recordSchema.parse(JSON.parse(stored));
      const hash = this.open(record.fingerprint, placeOfFingerprint(claim));
      if (hash !== claim.hash) throw new AppError(claim.otherRequest);
      if (record.sealed !== undefined) return record.sealed;
      owner = record.owner;
    }
    throw new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
  }

  private async perform<Answer>(claim: Claim, work: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await work();
      await this.keep(claim, { answer });
      return answer;
    } catch (error) {
      const known = toAppError(error);
      if (consumedSomething(known)) await this.keep(claim, outcomeOf(known));
      else await this.passOn(claim, outcomeOf(known));
      throw error;
    }
  }

  /** The work is done: a store that fails now must not turn its answer into an error. */
  private async keep(claim: Claim, outcome: Outcome<unknown>): Promise<void> {
    const { key, fingerprint } = claim;
    const record = JSON.stringify({ fingerprint, sealed: this.seal(outcome, key) } satisfies StoredRecord);
    await this.store.compareAndSet(key, claim.record, record, keptMs).catch(() => undefined);
  }

  /** Frees the key for another try, and tells those who wait, so that they do not all try in turn. */
  private async passOn({ key, record, owner }: Claim, outcome: Outcome<never>): Promise<void> {
    try {
      await this.store.set(passingKey(owner), this.seal(outcome, key), passingMs);
      await this.store.compareAndSet(key, record, null, keptMs);
    } catch {
      // The claim ends by itself.
    }
  }

  private seal(outcome: Outcome<unknown>, key: string): string {
    return this.sealer.seal(JSON.stringify(outcome), key);
  }

  private openOutcome<Answer>(sealed: string, key: string): Outcome<Answer> {
    return JSON.parse(this.open(sealed, key)) as Outcome<Answer>;
  }

  private open(sealed: string, place: string): string {
    try {
      return this.sealer.open(sealed, place);
    } catch (error) {
      // While ENCRYPTION_KEYS are being changed, another replica may have sealed with a key this one does not have yet.
      throw new AppError('dependency_unavailable', { retryAfterSeconds: 1, cause: error });
    }
  }
}

/** Where nothing was consumed, the same request deserves another try. */
export function consumedSomething({ status }: AppError): boolean {
  return status < 500 ? status !== 429 : status === 502;
}

function placeOfFingerprint({ key }: Occasion): string {
  return `${key}:request`;
}

function passingKey(owner: string): string {
  return `passing:${owner}`;
}

function repeat<Answer>(outcome: Outcome<Answer>): Answer {
  if ('answer' in outcome) return outcome.answer;
  const { error, details, ...rest } = outcome;
  throw new AppError(error, { details: (language: 'zh' | 'en') => details[language], ...rest });
}

function outcomeOf(error: AppError): Outcome<never> {
  return {
    error: error.error,
    details: { zh: error.detailsIn('zh'), en: error.detailsIn('en') },
    retryAfterSeconds: error.retryAfterSeconds,
    headers: error.headers,
    about: error.about,
  };
}
