interface Entry<V> {
  value: V;
  expiresAt: number;
}

/** A map whose entries end: unseen from their last millisecond on, and removed by and by. */
export class ExpiringMap<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private cursor = this.entries.entries();

  constructor(private readonly now: () => number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt > this.now()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: V, ttlMs: number): void {
    this.entries.set(key, { value, expiresAt: this.now() + ttlMs });
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  /** Looks at no more than `budget` entries, going on where the last sweep stopped. */
  sweep(budget: number): void {
    const now = this.now();
    for (let looked = 0; looked < budget; looked++) {
      const { done, value } = this.cursor.next();
      if (done) {
        this.cursor = this.entries.entries();
        return;
      }
      const [key, entry] = value;
      if (entry.expiresAt <= now) this.entries.delete(key);
    }
  }
}
