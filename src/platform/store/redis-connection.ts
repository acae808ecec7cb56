import type { RedisConfig } from '../config/config.js';
import { createRedisClient, type RedisClient } from './redis-client.js';

const SILENCE_MS = 500;

/** A connection that comes back by itself, also where the other end vanished without a word. */
export class RedisConnection {
  readonly client: RedisClient;
  private failingSince: number | undefined;

  constructor(config: RedisConfig) {
    this.client = createRedisClient(config);
  }

  async ask<T>(command: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      const answer = await command(this.client);
      this.failingSince = undefined;
      return answer;
    } catch (error) {
      this.replaceIfSilent();
      throw error;
    }
  }

  /** Resolves as soon as commands can be sent, or after `withinMs`; true for the former. */
  isReadyWithin(withinMs: number): Promise<boolean> {
    if (this.client.status === 'ready') return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (ready: boolean) => {
        clearTimeout(timer);
        this.client.off('ready', onReady);
        resolve(ready);
      };
      const onReady = () => settle(true);
      const timer = setTimeout(() => settle(false), withinMs);
      this.client.once('ready', onReady);
    });
  }

  /** Begins anew; what waits for an answer fails. */
  replace(): void {
    // One that is not ready is being replaced already, and a second order could end it for good.
    if (this.client.status === 'ready') this.client.disconnect(true);
  }

  close(): void {
    this.client.disconnect();
  }

  /** One late answer replaces nothing: it may be this process that was late. */
  private replaceIfSilent(): void {
    if (this.client.status !== 'ready') {
      this.failingSince = undefined;
      return;
    }
    this.failingSince ??= Date.now();
    if (Date.now() - this.failingSince < SILENCE_MS) return;
    this.failingSince = undefined;
    this.replace();
  }
}
