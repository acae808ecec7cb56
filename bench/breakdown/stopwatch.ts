type Method = (...parameters: unknown[]) => unknown;

/** Milliseconds a call of each part took on average. */
export type Means = Record<string, number>;

/** Adds up how long the watched methods take, from call to answer. */
export class Stopwatch {
  private parts = new Map<string, { calls: number; ms: number }>();

  /** Stands before a method of one object, and of no other of its class. */
  watch<T extends object>(target: T, method: keyof T & string, part: string): void {
    const original = (target[method] as Method).bind(target);
    const timed: Method = (...parameters) => {
      const startedAt = performance.now();
      const answer = original(...parameters);
      if (answer instanceof Promise) return answer.finally(() => this.add(part, startedAt));
      this.add(part, startedAt);
      return answer;
    };
    Object.assign(target, { [method]: timed });
  }

  /** What was measured since the last time. */
  take(): Means {
    const means = [...this.parts].map(([part, { calls, ms }]) => [part, ms / calls] as const);
    this.parts = new Map();
    return Object.fromEntries(means);
  }

  private add(part: string, startedAt: number): void {
    const known = this.parts.get(part) ?? { calls: 0, ms: 0 };
    this.parts.set(part, { calls: known.calls + 1, ms: known.ms + performance.now() - startedAt });
  }
}
