import { LRUCache } from 'lru-cache';

/** What a request needs to know of its session. */
export interface SessionState {
  userId: string;
  role: string;
  /** Milliseconds; the earlier of the sliding and the absolute end. */
  expiresAt: number;
  endReason: string | null;
  lastSeenAt: number;
  familyHash: string;
}

interface Entry {
  askedAt: number;
  answer: Promise<SessionState | null>;
}

/**
 * Remembers for a moment what the database said of a session. An answer is as old as its question, so that an end
 * written anywhere is seen here within `maxAgeMs`.
 */
export class SessionCache {
  private readonly entries: LRUCache<string, Entry>;

  constructor(
    private readonly load: (sessionId: string) => Promise<SessionState | null>,
    private readonly maxAgeMs: number,
    maxEntries = 50_000,
  ) {
    this.entries = new LRUCache({ max: maxEntries });
  }

  get(sessionId: string): Promise<SessionState | null> {
    const now = performance.now();
    const known = this.entries.get(sessionId);
    return known && now - known.askedAt < this.maxAgeMs ? known.answer : this.ask(sessionId, now);
  }

  /** The next question goes to the database; an answer still under way is not kept. */
  forget(sessionId: string): void {
    this.entries.delete(sessionId);
  }

  private ask(sessionId: string, askedAt: number): Promise<SessionState | null> {
    const entry: Entry = { askedAt, answer: this.load(sessionId) };
    this.entries.set(sessionId, entry);
    entry.answer.catch(() => {
      if (this.entries.peek(sessionId) === entry) this.entries.delete(sessionId);
    });
    return entry.answer;
  }
}
