/** How long the steps of a run take, one after the other. */
export class Stopwatch {
  private readonly laps: { name: string; seconds: number }[] = [];

  async time<T>(name: string, work: () => Promise<T>): Promise<T> {
    console.error(`bench: ${name}`);
    const beganAt = performance.now();
    const result = await work();
    this.laps.push({ name, seconds: (performance.now() - beganAt) / 1000 });
    return result;
  }

  /** A line for each step, and their sum. */
  report(): string {
    const seconds = this.laps.reduce((sum, lap) => sum + lap.seconds, 0);
    return [...this.laps, { name: 'total', seconds }].map(line).join('\n');
  }
}

function line({ name, seconds }: { name: string; seconds: number }): string {
  return `${name.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s`;
}
