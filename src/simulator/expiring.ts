const sweepEveryMs = 10_000;

/** A map whose entries end; ended ones are dropped. */
export class Expiring<Value> {
  private readonly entries = new Map<string, { value: Value; endsAt: number }>();
  private nextSweepAt = 0;

  constructor(private readonly now: () => number) {}

  get size(): number {
    return this.entries.size;
  }

  set(key: string, value: Value, lifetimeMs: number): void {
    this.sweep();
    this.entries.set(key, { value, endsAt: this.now() + lifetimeMs });
  }

  get(key: string): Value | undefined {
    const entry = this.entries.get(key);
    return entry && entry.endsAt > this.now() ? entry.value : undefined;
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** What has not ended, oldest first. */
  values(): Value[] {
    return [...this.entries.values()].filter(({ endsAt }) => endsAt > this.now()).map(({ value }) => value);
  }

  private sweep(): void {
    if (this.now() < this.nextSweepAt) return;
    this.nextSweepAt = this.now() + sweepEveryMs;
    for (const [key, { endsAt }] of this.entries) {
      if (endsAt <= this.now()) this.entries.delete(key);
    }
  }
}
