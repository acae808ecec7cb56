import { ExpiringMap } from './expiring-map.js';
import { KeyValueStore, type Listener, type Slide, type Unsubscribe } from './key-value-store.js';
import { lifetime } from './lifetime.js';
import { Listeners } from './listeners.js';
import { hitNamed, nameOfHit, retentionMs, slide, takeBack, type Hits } from './sliding-window.js';

const SWEEP_EVERY_MS = 500;
const SWEEP_BUDGET = 5_000;

/** Hits since the window was last empty or deleted; its name tells it from those before. */
interface Window {
  name: string;
  hits: Hits;
}

/** The store of a single process; everything in it ends with the process. */
export class MemoryStore extends KeyValueStore {
  private readonly values: ExpiringMap<string>;
  private readonly windows: ExpiringMap<Window>;
  private windowsNamed = 0;
  private readonly listeners = new Listeners();
  private readonly sweeper = setInterval(() => this.sweep(), SWEEP_EVERY_MS).unref();

  constructor(private readonly now: () => number = Date.now) {
    super();
    this.values = new ExpiringMap(now);
    this.windows = new ExpiringMap(now);
  }

  async get(key: string): Promise<string | null> {
    return this.values.get(key) ?? null;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    this.values.set(key, value, lifetime(ttlMs));
  }

  async setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean> {
    const ttl = lifetime(ttlMs);
    if (this.values.get(key) !== undefined) return false;
    this.values.set(key, value, ttl);
    return true;
  }

  async compareAndSet(key: string, expected: string, next: string | null, ttlMs: number): Promise<boolean> {
    const ttl = next === null ? 0 : lifetime(ttlMs);
    if (this.values.get(key) !== expected) return false;
    if (next === null) this.values.delete(key);
    else this.values.set(key, next, ttl);
    return true;
  }

  async slide(key: string, limit: number, windowMs: number, cost = 1): Promise<Slide> {
    const rule = { limit, windowMs: lifetime(windowMs), cost };
    const now = this.now();
    const window = this.windows.get(key) ?? this.newWindow();
    const met = slide(window.hits, rule, now);
    if (!met.allowed) return { ...met, hit: '' };
    this.windows.set(key, window, retentionMs(rule.windowMs));
    return { ...met, hit: nameOfHit(window.name, rule, now) };
  }

  async takeBack(key: string, name: string): Promise<void> {
    const [window, hit] = [this.windows.get(key), hitNamed(name)];
    if (window?.name === hit.window) takeBack(window.hits, hit);
  }

  async delete(key: string): Promise<void> {
    this.values.delete(key);
    this.windows.delete(key);
  }

  async publish(channel: string, message: string): Promise<void> {
    queueMicrotask(() => this.listeners.deliver(channel, message));
  }

  async subscribe(channel: string, listener: Listener): Promise<Unsubscribe> {
    return this.listeners.add(channel, listener);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {
    clearInterval(this.sweeper);
    this.listeners.clear();
  }

  private newWindow(): Window {
    return { name: String((this.windowsNamed += 1)), hits: new Map() };
  }

  private sweep(): void {
    this.values.sweep(SWEEP_BUDGET);
    this.windows.sweep(SWEEP_BUDGET);
  }
}
