const failuresToOpen = 5;
const openMs = 5_000;

/** Says how a call that was let in has ended. */
export type Report = (answered: boolean) => void;

/**
 * Keeps callers from waiting for a server that does not answer: opens after 5 failures in a row and
 * lets a single one try after 5 s, whose end closes it or keeps it open for as long again.
 */
export class Circuit {
  private failures = 0;
  private nextTrialAt = 0;
  private trying = false;
  /** Counts the openings, so that calls begun before one say nothing about what came after it. */
  private round = 0;

  /** @param now milliseconds of a clock that never goes back */
  constructor(private readonly now: () => number) {}

  /** How to report the end of this call, which must follow; `undefined` where it must not be made. */
  enter(): Report | undefined {
    if (this.isOpen && (this.trying || this.now() < this.nextTrialAt)) return undefined;
    this.trying = this.isOpen;
    const { round } = this;
    return (answered) => {
      if (round === this.round) this.note(answered);
    };
  }

  get isOpen(): boolean {
    return this.failures >= failuresToOpen;
  }

  private note(answered: boolean): void {
    this.trying = false;
    this.failures = answered ? 0 : this.failures + 1;
    if (!this.isOpen) return;
    this.nextTrialAt = this.now() + openMs;
    this.round += 1;
  }
}
