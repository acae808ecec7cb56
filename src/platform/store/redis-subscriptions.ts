import type { Listener, Unsubscribe } from './key-value-store.js';
import { Listeners } from './listeners.js';
import type { RedisConnection } from './redis-connection.js';

const READY_WITHIN_MS = 500;
const HEARTBEAT_MS = 500;

/** Listens on a connection of its own, made when the first listener comes. */
export class RedisSubscriptions {
  private readonly listeners = new Listeners();
  private connection: RedisConnection | undefined;
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(private readonly connect: () => RedisConnection) {}

  /** Rejects, and keeps nothing, where Redis does not confirm. */
  async subscribe(channel: string, listener: Listener): Promise<Unsubscribe> {
    const connection = (this.connection ??= this.open());
    const remove = this.listeners.add(channel, listener);
    const unsubscribe = () => {
      remove();
      if (!this.listeners.has(channel)) connection.client.unsubscribe(channel).catch(ignore);
    };
    try {
      if (!(await connection.isReadyWithin(READY_WITHIN_MS))) throw new Error('no connection');
      await connection.ask((client) => client.subscribe(channel));
      return unsubscribe;
    } catch (error) {
      unsubscribe();
      throw error;
    }
  }

  close(): void {
    clearInterval(this.heartbeat);
    this.listeners.clear();
    this.connection?.close();
  }

  private open(): RedisConnection {
    const connection = this.connect();
    connection.client.on('message', (channel, message) => this.listeners.deliver(channel, message));
    connection.client.on('ready', () => void this.resubscribe(connection));
    this.heartbeat = setInterval(() => void listen(connection), HEARTBEAT_MS).unref();
    return connection;
  }

  /** A connection that cannot carry all channels is given up, so that the next one tries again. */
  private async resubscribe(connection: RedisConnection): Promise<void> {
    const { channels } = this.listeners;
    if (channels.length === 0) return;
    await connection.client.subscribe(...channels).catch(() => connection.replace());
  }
}

/** Who only listens would never notice that nobody speaks any more. */
async function listen(connection: RedisConnection): Promise<void> {
  await connection.ask((client) => client.ping()).catch(ignore);
}

function ignore(): void {}
