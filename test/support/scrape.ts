import type { Replica } from './start-service.js';

/** What one scrape of a replica said. */
export class Scrape {
  private readonly values: ReadonlyMap<string, number>;

  private constructor(readonly text: string) {
    const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.values = new Map(
      samples.map((line) => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' ') + 1)),
      ]),
    );
  }

  static async of({ base }: Pick<Replica, 'base'>): Promise<Scrape> {
    const answer = await fetch(`${base}/metrics`);
    if (answer.status !== 200) throw new Error(`no metrics: ${answer.status}`);
    return new Scrape(await answer.text());
  }

  /** Of one series, such as `wxpass_logins_total{door="scan",outcome="success"}`; undefined where there is none. */
  value(series: string): number | undefined {
    return this.values.get(series);
  }

  /** Those of our own metrics, of each histogram its count alone. */
  counted(): string[] {
    return this.series().filter((series) => !/_(?:bucket|sum)(?:\{|$)/.test(series));
  }

  /** All series of our own metrics, or of those whose name begins so. */
  series(prefix = 'wxpass_'): string[] {
    return [...this.values.keys()].filter((series) => series.startsWith(prefix));
  }
}

/** How much series grew while something was done; those that did not are left out. */
export async function growth(replica: Pick<Replica, 'base'>, prefix: string, work: () => Promise<unknown>) {
  const before = await Scrape.of(replica);
  await work();
  const after = await Scrape.of(replica);
  const grown = after
    .series(prefix)
    .map(
      (series) => [series.slice(prefix.length), after.value(series)! - (before.value(series) ?? 0)] as const,
    );
  return Object.fromEntries(grown.filter(([, by]) => by !== 0));
}
