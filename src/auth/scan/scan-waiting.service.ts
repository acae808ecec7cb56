import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { tooManyRequests } from '../../platform/errors/too-many-requests.js';
import type { gauges, LabelsOf } from '../../platform/observability/metric-catalogue.js';
import { Metrics } from '../../platform/observability/metrics.js';
import { keepListening } from '../../platform/store/keep-listening.js';
import { KeyValueStore } from '../../platform/store/key-value-store.js';
import { scanChannel } from './scan-tickets.service.js';
import { ScanWatch } from './scan-watch.js';

/** A browser needs one, and a second while it changes from one transport to another. */
const watchesPerScan = 8;

/** How a browser waits. */
export type Transport = LabelsOf<typeof gauges.waitingBrowsers>['transport'];

/** Wakes who waits for news of a scan: one subscription a process, however many wait. */
@Injectable()
export class ScanWaiting implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly watches = new Map<string, Set<ScanWatch>>();
  private readonly waiting: Record<Transport, number> = {
    'long-poll': 0,
    'event-stream': 0,
    'web-socket': 0,
  };
  private readonly stopping = new AbortController();

  constructor(
    private readonly store: KeyValueStore,
    metrics: Metrics,
  ) {
    metrics.read('waitingBrowsers', () => this.byTransport());
  }

  onApplicationBootstrap(): void {
    void keepListening(this.store, scanChannel, (scanId) => this.notify(scanId), this.stopping.signal);
  }

  /** Streams and long polls would hold up the shutdown until their scans end. */
  beforeApplicationShutdown(): void {
    this.stopping.abort();
    for (const watches of [...this.watches.values()]) for (const watch of [...watches]) watch.end();
  }

  /**
   * To be ended by its owner; during the shutdown it is over from the beginning.
   * @throws AppError too_many_requests
   */
  open(scanId: string, transport: Transport): ScanWatch {
    const watches = this.watches.get(scanId) ?? new Set();
    if (watches.size >= watchesPerScan) throw tooManyRequests('scan-watches', watchesPerScan, 1);
    const watch = new ScanWatch((ended) => this.remove(scanId, transport, ended));
    this.waiting[transport] += 1;
    this.watches.set(scanId, watches.add(watch));
    if (this.stopping.signal.aborted) watch.end();
    return watch;
  }

  private byTransport() {
    return Object.entries(this.waiting).map(([transport, value]) => ({
      transport: transport as Transport,
      value,
    }));
  }

  private notify(scanId: string): void {
    this.watches.get(scanId)?.forEach((watch) => watch.notify());
  }

  private remove(scanId: string, transport: Transport, watch: ScanWatch): void {
    this.waiting[transport] -= 1;
    const watches = this.watches.get(scanId);
    if (watches?.delete(watch) && watches.size === 0) this.watches.delete(scanId);
  }
}
