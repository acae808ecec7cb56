import type { Listener } from './key-value-store.js';

/** Who listens to which channel, in this process. */
export class Listeners {
  private readonly byChannel = new Map<string, Set<Listener>>();

  get channels(): string[] {
    return [...this.byChannel.keys()];
  }

  has(channel: string): boolean {
    return this.byChannel.has(channel);
  }

  /** Returns what takes this one listener away again. */
  add(channel: string, listener: Listener): () => void {
    // The same function may listen twice, and leaves once.
    const entry: Listener = (message) => listener(message);
    const all = this.byChannel.get(channel) ?? new Set();
    this.byChannel.set(channel, all.add(entry));
    return () => this.remove(channel, entry);
  }

  deliver(channel: string, message: string): void {
    this.byChannel.get(channel)?.forEach((listener) => listener(message));
  }

  clear(): void {
    this.byChannel.clear();
  }

  private remove(channel: string, entry: Listener): void {
    const all = this.byChannel.get(channel);
    if (all?.delete(entry) && all.size === 0) this.byChannel.delete(channel);
  }
}
