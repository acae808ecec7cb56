/** A signal that aborts with the outer one, or when time is over; the time may be set anew. */
export class Deadline {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    ms: number,
    private readonly outer?: AbortSignal,
  ) {
    if (outer?.aborted) this.follow();
    outer?.addEventListener('abort', this.follow);
    this.extend(ms);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** From now on, this long. */
  extend(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.controller.abort(new Error(`No answer within ${ms} ms`)), ms);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.outer?.removeEventListener('abort', this.follow);
  }

  private readonly follow = (): void => this.controller.abort(this.outer?.reason);
}
