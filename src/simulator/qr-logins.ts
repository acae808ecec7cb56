import { randomBytes } from 'node:crypto';
import type { AuthorizeRequest } from './authorize-request.js';
import { QrLogin } from './qr-login.js';

/** The QR codes that may still be scanned; all live equally long, so the oldest come first. */
export class QrLogins {
  private readonly logins = new Map<string, QrLogin>();

  constructor(
    private readonly lifetimeSeconds: number,
    private readonly now: () => number,
  ) {}

  get size(): number {
    return this.logins.size;
  }

  /** Its uuid has 16 characters `[A-Za-z0-9_-]`. */
  open(request: AuthorizeRequest): QrLogin {
    this.dropExpired();
    const uuid = randomBytes(12).toString('base64url');
    const login = new QrLogin(uuid, request, this.now(), this.now() + this.lifetimeSeconds * 1000);
    this.logins.set(uuid, login);
    return login;
  }

  /** Nothing where it has expired. */
  find(uuid: string): QrLogin | undefined {
    const found = this.logins.get(uuid);
    return found && found.expiresAt > this.now() ? found : undefined;
  }

  /** Oldest first. */
  list(): QrLogin[] {
    return [...this.logins.values()].filter(({ expiresAt }) => expiresAt > this.now());
  }

  private dropExpired(): void {
    for (const [uuid, { expiresAt }] of this.logins) {
      if (expiresAt > this.now()) return;
      this.logins.delete(uuid);
    }
  }
}
