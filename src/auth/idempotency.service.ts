import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Sealer } from '../platform/crypto/sealer.js';
import { hashSecret } from '../platform/crypto/secrets.js';
import { AppError } from '../platform/errors/app-error.js';
import { catalogue, type ErrorName } from '../platform/errors/catalogue.js';
import { parseRequest } from '../platform/http/validation.js';
import { KeyValueStore } from '../platform/store/key-value-store.js';

/** A request that may come twice: its key, if the client sent one, and what makes it that request. */
export interface RepeatableRequest {
  key: string | undefined;
  route: string;
  body: unknown;
}

const keptMs = 60_000;
/** Longer than any login may take, so that a claim is lost only with its process. */
const claimMs = 15_000;
const pollMs = 40;

const headerSchema = z.object({ 'Idempotency-Key': z.string().regex(/^[\x21-\x7e]{16,128}$/) });

const recordSchema = z.object({
  fingerprint: z.string(),
  claim: z.string().optional(),
  sealed: z.string().optional(),
});
type StoredRecord = z.infer<typeof recordSchema>;

type Outcome<Answer> =
  | { answer: Answer }
  | { error: ErrorName; details: { zh: unknown; en: unknown }; retryAfterSeconds?: number };

/**
 * Makes a lost answer safe: the same `Idempotency-Key`, route and body get the same answer for a minute, from any
 * replica, however many ask at once.
 */
@Injectable()
export class Idempotency {
  constructor(
    private readonly store: KeyValueStore,
    private readonly sealer: Sealer,
  ) {}

  /**
   * Does the work once for one key; without a key, each time.
   * @param recheck refuses an answer that may no longer be repeated
   * @throws AppError idempotency_key_reused, and whatever the work throws
   */
  async once<Answer>(
    request: RepeatableRequest,
    work: () => Promise<Answer>,
    recheck: (answer: Answer) => Promise<void>,
  ): Promise<Answer> {
    if (request.key === undefined) return work();
    const { 'Idempotency-Key': header } = parseRequest(headerSchema, { 'Idempotency-Key': request.key });
    const key = `idempotency:${hashSecret(header)}`;
    const fingerprint = hashSecret(`${request.route}\n${JSON.stringify(request.body)}`);
    const claim = JSON.stringify({ fingerprint, claim: randomUUID() } satisfies StoredRecord);
    const known = await this.claimOrAwait(key, claim, fingerprint);
    if (known === undefined) return this.perform(key, claim, fingerprint, work);
    const answer = repeat(this.openOutcome<Answer>(known, key));
    await recheck(answer);
    return answer;
  }

  /** Nothing where the claim is ours; else the sealed outcome of whoever had it. */
  private async claimOrAwait(key: string, claim: string, fingerprint: string): Promise<string | undefined> {
    const deadline = Date.now() + claimMs + keptMs;
    while (Date.now() < deadline) {
      if (await this.store.setIfAbsent(key, claim, claimMs)) return undefined;
      const stored = await this.store.get(key);
      if (stored === null) continue;
      const record = recordSchema.parse(JSON.parse(stored));
      if (record.fingerprint !== fingerprint) throw new AppError('idempotency_key_reused');
      if (record.sealed !== undefined) return record.sealed;
      await sleep(pollMs);
    }
    throw new AppError('dependency_unavailable', { retryAfterSeconds: 1 });
  }

  private async perform<Answer>(
    key: string,
    claim: string,
    fingerprint: string,
    work: () => Promise<Answer>,
  ): Promise<Answer> {
    try {
      const answer = await work();
      await this.keep(key, claim, fingerprint, { answer });
      return answer;
    } catch (error) {
      if (error instanceof AppError && consumedSomething(error)) {
        await this.keep(key, claim, fingerprint, outcomeOf(error));
      } else {
        await this.release(key, claim);
      }
      throw error;
    }
  }

  /** The work is done: a store that fails now must not turn its answer into an error. */
  private async keep(
    key: string,
    claim: string,
    fingerprint: string,
    outcome: Outcome<unknown>,
  ): Promise<void> {
    const sealed = this.sealer.seal(JSON.stringify(outcome), key);
    const record = JSON.stringify({ fingerprint, sealed } satisfies StoredRecord);
    await this.store.compareAndSet(key, claim, record, keptMs).catch(() => undefined);
  }

  private async release(key: string, claim: string): Promise<void> {
    await this.store.compareAndSet(key, claim, null, keptMs).catch(() => undefined);
  }

  private openOutcome<Answer>(sealed: string, key: string): Outcome<Answer> {
    return JSON.parse(this.sealer.open(sealed, key)) as Outcome<Answer>;
  }
}

function repeat<Answer>(outcome: Outcome<Answer>): Answer {
  if ('answer' in outcome) return outcome.answer;
  const { error, details, retryAfterSeconds } = outcome;
  throw new AppError(error, { details: (language: 'zh' | 'en') => details[language], retryAfterSeconds });
}

function outcomeOf(error: AppError): Outcome<never> {
  return {
    error: error.error,
    details: { zh: error.detailsIn('zh'), en: error.detailsIn('en') },
    retryAfterSeconds: error.retryAfterSeconds,
  };
}

/** Where nothing was consumed, the same request deserves another try. */
function consumedSomething({ error }: AppError): boolean {
  const { status } = catalogue[error];
  return status < 500 ? status !== 429 : status === 502;
}
