interface Known<Answer> {
  answer: Answer;
  askedAt: number;
  /** Milliseconds. */
  goodFor: number;
}

/** What takes long is asked more rarely, so that this part of the time at most goes into it. */
const shareOfTime = 1 / 20;

/**
 * Asks once in so many milliseconds, and gives all who ask meanwhile the same answer. While it is asked anew the former
 * answer still serves, until it is twice as old.
 */
export function remembered<Answer>(forMs: number, ask: () => Promise<Answer>): () => Promise<Answer> {
  let known: Known<Answer> | undefined;
  let asking: Promise<Answer> | undefined;

  const askNow = async () => {
    const askedAt = performance.now();
    try {
      const answer = await ask();
      const goodFor = Math.max(forMs, (performance.now() - askedAt) / shareOfTime);
      known = { answer, askedAt, goodFor };
      return answer;
    } finally {
      asking = undefined;
    }
  };

  return async () => {
    const former = known;
    const age = former ? performance.now() - former.askedAt : Infinity;
    if (former && age < former.goodFor) return former.answer;
    asking ??= askNow();
    if (!former || age >= 2 * former.goodFor) return asking;
    asking.catch(() => undefined);
    return former.answer;
  };
}
