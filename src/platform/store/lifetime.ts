/** A duration in whole milliseconds, rounded up; RangeError where it is not a positive number. */
export function lifetime(ms: number): number {
  if (!(ms > 0 && ms <= Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`A lifetime must be a positive number of milliseconds, not ${ms}`);
  }
  return Math.ceil(ms);
}
