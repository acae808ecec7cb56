/** What a hit on a sliding window met with. */
export interface Slide {
  allowed: boolean;
  /** Hits in the window, this one included where it was allowed. */
  count: number;
  /** Milliseconds until the same hit would be allowed; 0 where it was. */
  retryAfterMs: number;
  /** Milliseconds until the window is empty, if nothing more hits it. */
  resetMs: number;
  /** What takeBack wants, to find the hit; empty where it was refused. */
  hit: string;
}

/** Is given each message; must not throw. */
export type Listener = (message: string) => void;

/** No message reaches the listener once this was called. */
export type Unsubscribe = () => void;

/**
 * Short-lived facts that all replicas share. Each verb is atomic, each write has a lifetime in milliseconds.
 *
 * Every verb rejects with StoreUnavailableError where the store cannot answer, and with RangeError where a
 * lifetime is not a positive number. A rejected write may still have happened.
 */
export abstract class KeyValueStore {
  abstract get(key: string): Promise<string | null>;

  abstract set(key: string, value: string, ttlMs: number): Promise<void>;

  /** True where the key was free and the value is now there: one caller of many. */
  abstract setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;

  /**
   * True where the value was `expected` and is now `next`: one caller of many. A `next` of null deletes the
   * key and needs no lifetime.
   */
  abstract compareAndSet(key: string, expected: string, next: string | null, ttlMs: number): Promise<boolean>;

  /**
   * Counts a hit that weighs `cost` where no more than `limit` then lie in the last `windowMs` milliseconds.
   * A refused hit leaves no trace. The limit is never overrun; room returns late by a twentieth of the window
   * at most. Keys of windows and keys of values must differ.
   */
  abstract slide(key: string, limit: number, windowMs: number, cost?: number): Promise<Slide>;

  /**
   * Takes a hit back that a window allowed, as if it had never been; to be called once for a hit. Where the window was
   * deleted since, or the hit has left it, there is nothing to take back.
   */
  abstract takeBack(key: string, hit: string): Promise<void>;

  abstract delete(key: string): Promise<void>;

  /** Reaches whoever listens at this moment, in any process; a message may be lost. */
  abstract publish(channel: string, message: string): Promise<void>;

  /** Resolves once messages arrive, and lasts over a reconnect; what is published meanwhile is lost. */
  abstract subscribe(channel: string, listener: Listener): Promise<Unsubscribe>;

  /** Resolves where the store answers. */
  abstract ping(): Promise<void>;

  abstract close(): Promise<void>;
}
