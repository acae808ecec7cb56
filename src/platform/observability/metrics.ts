import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ownVersion } from '../config/own-version.js';
import { counters, gauges, histograms, type LabelsOf } from './metric-catalogue.js';

type CounterName = keyof typeof counters;
type GaugeName = keyof typeof gauges;
type HistogramName = keyof typeof histograms;

/** A gauge's value now, beside its labels. */
export type Reading<Name extends GaugeName> = LabelsOf<(typeof gauges)[Name]> & { value: number };

/** A scrape waits no longer for what it asks the database. */
const readWithinMs = 1_000;

/** What this process counts and measures, for Prometheus; each replica has its own numbers. */
@Injectable()
export class Metrics {
  private readonly logger = new Logger('Metrics');
  private readonly registry = new Registry();
  private readonly counters = mapValues(counters, (counter) => this.makeCounter(counter));
  private readonly histograms = mapValues(histograms, (histogram) => this.makeHistogram(histogram));

  constructor() {
    this.read('buildInfo', () => [{ version: ownVersion, node: process.version, value: 1 }]);
  }

  /** Node's own metrics too: processor, memory, garbage collection, and how late the event loop is. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  count<Name extends CounterName>(name: Name, labels: LabelsOf<(typeof counters)[Name]>, times = 1): void {
    this.counters[name].inc(labels, times);
  }

  observe<Name extends HistogramName>(
    name: Name,
    labels: LabelsOf<(typeof histograms)[Name]>,
    seconds: number,
  ): void {
    this.histograms[name].observe(labels, seconds);
  }

  /**
   * Says how a gauge is read, at each scrape.
   * @param readings where it fails, or takes longer than a second, the scrape goes on without this gauge
   */
  read<Name extends GaugeName>(
    name: Name,
    readings: () => readonly Reading<Name>[] | Promise<readonly Reading<Name>[]>,
  ): void {
    const { labels, ...metric } = gauges[name];
    const collect = async (gauge: Gauge) => {
      const current = await this.inTime(name, async () => readings());
      gauge.reset();
      // Without labels prom-client would say 0 where nobody knows.
      if (Object.keys(labels).length === 0) gauge.remove();
      for (const { value, ...labels } of current) gauge.set(labels, value);
    };
    new Gauge({
      ...metric,
      labelNames: Object.keys(labels),
      registers: [this.registry],
      collect() {
        return collect(this);
      },
    });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private makeCounter({ labels, ...metric }: (typeof counters)[CounterName]): Counter {
    const counter = new Counter({
      ...metric,
      labelNames: Object.keys(labels),
      registers: [this.registry],
    });
    beginAtZero(counter, labels);
    return counter;
  }

  private makeHistogram({ labels, buckets, ...metric }: (typeof histograms)[HistogramName]): Histogram {
    return new Histogram({
      ...metric,
      labelNames: Object.keys(labels),
      buckets: [...buckets],
      registers: [this.registry],
    });
  }

  private async inTime<Value>(
    name: string,
    read: () => Promise<readonly Value[]>,
  ): Promise<readonly Value[]> {
    const limit = new AbortController();
    const late = sleep(readWithinMs, undefined, { signal: limit.signal }).then(() => {
      throw new Error('too slow');
    });
    try {
      return await Promise.race([read(), late]);
    } catch (error) {
      this.logger.debug(`${name} could not be read: ${String(error)}`);
      return [];
    } finally {
      limit.abort();
    }
  }
}

/** The first event is then an increase, too; of the others it is not known which will come. */
function beginAtZero(counter: Counter, labels: Readonly<Record<string, readonly string[] | string>>): void {
  const [[label, values] = [], ...others] = Object.entries(labels);
  if (label === undefined || typeof values === 'string' || others.length > 0) return;
  for (const value of values ?? []) counter.inc({ [label]: value }, 0);
}

function mapValues<Key extends string, Value, Made>(
  record: Readonly<Record<Key, Value>>,
  make: (value: Value) => Made,
): Record<Key, Made> {
  const made = Object.entries<Value>(record).map(([key, value]) => [key, make(value)]);
  return Object.fromEntries(made) as Record<Key, Made>;
}
