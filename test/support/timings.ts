/** How long requests of one kind took, and which of them did not come out well. */
export class Timings {
  readonly failures: string[] = [];
  private readonly took: number[] = [];

  async take<Answer extends { status: number }>(request: () => Promise<Answer>): Promise<Answer | undefined> {
    const started = performance.now();
    try {
      const answer = await request();
      if (answer.status !== 200) this.failures.push(`HTTP ${answer.status}`);
      return answer;
    } catch (error) {
      this.failures.push(String(error));
      return undefined;
    } finally {
      this.took.push(performance.now() - started);
    }
  }

  get count(): number {
    return this.took.length;
  }

  /** The time that this part of the requests did not exceed, in milliseconds: 1 gives the worst. */
  quantileMs(part: number): number {
    const sorted = this.took.toSorted((a, b) => a - b);
    return sorted[Math.ceil(part * sorted.length) - 1] ?? NaN;
  }
}
