interface Outcome<Answer> {
  /** Resolved or rejected already. */
  answer: Promise<Answer>;
  askedAt: number;
  /** Milliseconds. */
  goodFor: number;
}

/** What takes long is asked more rarely, so that this part of the time at most goes into it. */
const shareOfTime = 1 / 20;

/**
 * Asks once in so many milliseconds, and gives all who ask meanwhile the same answer. While it is asked anew the former
 * answer still serves, until it is twice as old. After a failure it rests as well, in proportion to what that took, but
 * no longer than that.
 */
export function remembered<Answer>(
  forMs: number,
  ask: () => Promise<Answer>,
  now = () => performance.now(),
): () => Promise<Answer> {
  let known: Outcome<Answer> | undefined;
  let failed: Outcome<Answer> | undefined;
  let asking: Promise<Answer> | undefined;

  const askNow = async () => {
    const askedAt = now();
    const answer = ask();
    const isGood = await answer.then(
      () => true,
      () => false,
    );
    const rest = (now() - askedAt) / shareOfTime;
    if (isGood) known = { answer, askedAt, goodFor: Math.max(forMs, rest) };
    failed = isGood ? undefined : { answer, askedAt, goodFor: Math.min(forMs, rest) };
    asking = undefined;
    return answer;
  };
  const isWithin = (times: number, outcome: Outcome<Answer> | undefined): boolean =>
    outcome !== undefined && now() - outcome.askedAt < times * outcome.goodFor;

  return async () => {
    if (isWithin(1, known)) return known!.answer;
    asking ??= isWithin(1, failed) ? undefined : askNow();
    if (!isWithin(2, known)) return asking ?? failed!.answer;
    asking?.catch(() => undefined);
    return known!.answer;
  };
}
