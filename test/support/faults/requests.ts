import type { Answer } from '../client.js';

export interface Tally {
  requests: number;
  good: number;
  unavailable: number;
  /** What may be done once, and was done already or is gone. */
  refused: number;
  /** 5xx that are not 503. */
  otherErrors: number;
  /** Connections that ended without an answer. */
  unanswered: number;
  worstMs: number;
}

interface Ended {
  what: string;
  status: number;
  isRefusal: boolean;
  words: string;
  ms: number;
}

const noAnswer = 0;

/** Every request of a test and how it ended. */
export class Requests {
  private readonly ended: Ended[] = [];

  /**
   * The answer, where there was one.
   * @param refusals errors that are as good as an answer, because the request may come too late
   */
  async take(
    what: string,
    request: () => Promise<Answer>,
    refusals: readonly string[] = [],
  ): Promise<Answer | undefined> {
    const startedAt = performance.now();
    const end = (status: number, words: string, isRefusal = false) => {
      const ms = performance.now() - startedAt;
      this.ended.push({ what, status, isRefusal, words: `${what}: ${words}`, ms });
    };
    try {
      const answer = await request();
      const { status, error, data } = answer;
      end(status, [status, error, data?.reason].filter(Boolean).join(' '), refusals.includes(error ?? ''));
      return answer;
    } catch (error) {
      end(noAnswer, String((error as Error).cause ?? error));
      return undefined;
    }
  }

  /** What was asked for. */
  get kinds(): string[] {
    return [...new Set(this.ended.map(({ what }) => what))];
  }

  /** Of all kinds of requests, or of one. */
  tally(what?: string): Tally {
    const some = this.ended.filter((request) => what === undefined || request.what === what);
    const count = (wanted: (request: Ended) => boolean) => some.filter(wanted).length;
    return {
      requests: some.length,
      good: count(({ status }) => isGood(status)),
      unavailable: count(({ status }) => status === 503),
      refused: count(({ isRefusal }) => isRefusal),
      otherErrors: count(({ status }) => status >= 500 && status !== 503),
      unanswered: count(({ status }) => status === noAnswer),
      worstMs: some.reduce((worst, { ms }) => Math.max(worst, ms), 0),
    };
  }

  /** Those that did not come out well, in words. */
  get failures(): string[] {
    return this.ended.filter(isFailure).map(({ words }) => words);
  }

  /** Neither good nor 503, in words. */
  get surprises(): string[] {
    return this.ended
      .filter((request) => isFailure(request) && request.status !== 503)
      .map(({ words }) => words);
  }
}

/** Redirects included. */
export function isGood(status: number): boolean {
  return status >= 200 && status < 400;
}

function isFailure({ status, isRefusal }: Ended): boolean {
  return !isGood(status) && !isRefusal;
}
