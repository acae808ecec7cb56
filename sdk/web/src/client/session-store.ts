import type { RefreshAnswer } from '../exchange.js';

/** What a tab keeps of a session. In cookie mode there are no tokens in it. */
export interface KeptSession {
  sessionId: string;
  accessToken?: string;
  refreshToken?: string;
  /** When the access token ends, in milliseconds since 1970. */
  expiresAt: number;
}

type Awaitable<T> = T | Promise<T>;

/** Where the session is kept; write one of your own for other places. */
export interface SessionStore {
  read(): Awaitable<KeptSession | undefined>;
  /** Forgets where there is nothing to write. */
  write(session: KeptSession | undefined): Awaitable<void>;
}

export function keptSession(answer: RefreshAnswer): KeptSession {
  const { sessionId, accessToken, refreshToken, expiresIn } = answer;
  return { sessionId, accessToken, refreshToken, expiresAt: Date.now() + expiresIn * 1000 };
}

/** Whether both are what one login or refresh gave. */
export function isSame(one: KeptSession | undefined, other: KeptSession | undefined): boolean {
  return (
    one?.sessionId === other?.sessionId &&
    one?.accessToken === other?.accessToken &&
    one?.expiresAt === other?.expiresAt
  );
}

/** For this page alone, until it is left. */
export function memoryStore(): SessionStore {
  let kept: KeptSession | undefined;
  return {
    read: () => kept,
    write: (session) => {
      kept = session;
    },
  };
}

/** For all tabs of the origin, over restarts of the browser; where that keeps nothing, for this page. */
export function localStore(key: string, storage: Storage | undefined = browserStorage()): SessionStore {
  if (!storage) return memoryStore();
  return {
    read: () => parse(storage.getItem(key)),
    write: (session) => {
      if (session) storage.setItem(key, JSON.stringify(session));
      else storage.removeItem(key);
    },
  };
}

/** Where cookies are refused, so is a look at it. */
function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** What others wrote there is nobody's session. */
function parse(text: string | null): KeptSession | undefined {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<KeptSession> | null;
    return typeof kept?.sessionId === 'string' ? (kept as KeptSession) : undefined;
  } catch {
    return undefined;
  }
}
