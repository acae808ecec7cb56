/** One who waits for news of a scan. */
export class ScanWatch {
  private hasNews = false;
  private wake: (() => void) | undefined;
  private over = false;
  private deadline: NodeJS.Timeout | undefined;

  /** @param leave is called once it is over */
  constructor(private readonly leave: (watch: ScanWatch) => void) {}

  get isOver(): boolean {
    return this.over;
  }

  notify(): void {
    this.hasNews = true;
    this.wake?.();
  }

  endAfter(ms: number): void {
    this.deadline = setTimeout(() => this.end(), ms);
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    clearTimeout(this.deadline);
    this.leave(this);
    this.wake?.();
  }

  /** Resolves at news that came since the last call, at the end, or after `ms`; true where there was news. */
  async next(ms: number): Promise<boolean> {
    if (!this.hasNews && !this.over) await this.sleep(ms);
    const hadNews = this.hasNews;
    this.hasNews = false;
    return hadNews;
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake?.(), ms);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = undefined;
        resolve();
      };
    });
  }
}
