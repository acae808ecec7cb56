import type { Answer } from '../client.js';

export interface Tally {
  requests: number;
  good: number;
  unavailable: number;
  /** 5xx that are not 503. */
  otherErrors: number;
  /** Connections that ended without an answer. */
  unanswered: number;
  worstMs: number;
}

interface Ended {
  what: string;
  status: number;
  words: string;
  startedAt: number;
  ms: number;
}

const noAnswer = 0;

/** Every request of a test and how it ended. */
export class Requests {
  private readonly ended: Ended[] = [];

  /** The answer, where there was one. */
  async take(what: string, request: () => Promise<Answer>): Promise<Answer | undefined> {
    const startedAt = performance.now();
    const end = (status: number, words: string) =>
      this.ended.push({
        what,
        status,
        words: `${what}: ${words}`,
        startedAt,
        ms: performance.now() - startedAt,
      });
    try {
      const answer = await request();
      end(answer.status, [answer.status, answer.error, answer.data?.reason].filter(Boolean).join(' '));
      return answer;
    } catch (error) {
      end(noAnswer, String((error as Error).cause ?? error));
      return undefined;
    }
  }

  /** Of all kinds of requests, or of one. */
  tally(what?: string): Tally {
    const some = this.ended.filter((request) => what === undefined || request.what === what);
    const count = (wanted: (status: number) => boolean) => some.filter(({ status }) => wanted(status)).length;
    return {
      requests: some.length,
      good: count(isGood),
      unavailable: count((status) => status === 503),
      otherErrors: count((status) => status >= 500 && status !== 503),
      unanswered: count((status) => status === noAnswer),
      worstMs: Math.max(0, ...some.map(({ ms }) => ms)),
    };
  }

  /** Those that did not come out well, in words. */
  get failures(): string[] {
    return this.ended.filter(({ status }) => !isGood(status)).map(({ words }) => words);
  }

  /** Neither good nor 503, in words. */
  get surprises(): string[] {
    return this.ended.filter(({ status }) => !isGood(status) && status !== 503).map(({ words }) => words);
  }
}

function isGood(status: number): boolean {
  return status >= 200 && status < 300;
}
