import { randomText } from '../pkce.js';

const key = 'wxpass:pending-login';

/** A login that went away from this tab, and what is needed to take it back. */
export interface PendingLogin {
  codeVerifier?: string;
  idempotencyKey: string;
  /** Once it came back, until it is exchanged. */
  loginCode?: string;
}

/** Kept for this tab alone, over the way to WeChat and back. */
export class PendingLogins {
  constructor(private readonly storage: Storage = sessionStorage) {}

  begin(codeVerifier: string | undefined): void {
    this.write({ codeVerifier, idempotencyKey: randomText() });
  }

  read(): PendingLogin | undefined {
    const text = this.storage.getItem(key);
    return text === null ? undefined : (JSON.parse(text) as PendingLogin);
  }

  write(pending: PendingLogin): void {
    this.storage.setItem(key, JSON.stringify(pending));
  }

  clear(): void {
    this.storage.removeItem(key);
  }
}
