import { setTimeout as sleep } from 'node:timers/promises';

const everyMs = 25;

/** Asks replicas whether they are ready, again and again, and remembers since when they say what. */
export class ReadinessWatch {
  private running = true;
  private readonly changes: { at: number; ready: boolean }[][];
  private readonly watches: Promise<unknown>;

  constructor(bases: string[]) {
    this.changes = bases.map(() => []);
    this.watches = Promise.all(bases.map((base, place) => this.watch(base, this.changes[place]!)));
  }

  /** Milliseconds from a moment until all replicas said so; NaN where one has not. */
  sinceMs(moment: number, ready: boolean): number {
    const reached = this.changes.map((changes) => this.reachedAt(changes, moment, ready));
    return Math.max(...reached) - moment;
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.watches;
  }

  /** The last change to it that still stands, or the first after the moment. */
  private reachedAt(changes: { at: number; ready: boolean }[], moment: number, ready: boolean): number {
    const before = changes.findLast(({ at }) => at <= moment);
    if (before?.ready === ready) return moment;
    return changes.find((change) => change.at > moment && change.ready === ready)?.at ?? NaN;
  }

  private async watch(base: string, changes: { at: number; ready: boolean }[]): Promise<void> {
    while (this.running) {
      const ready = await fetch(`${base}/health/ready`).then(
        ({ status }) => status === 200,
        () => false,
      );
      if (changes.at(-1)?.ready !== ready) changes.push({ at: performance.now(), ready });
      await sleep(everyMs);
    }
  }
}
