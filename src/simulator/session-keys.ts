import { randomBytes } from 'node:crypto';

const mostPeople = 10_000;

/** The one valid session_key of each person towards each mini program; the longest unused give way. */
export class SessionKeys {
  private readonly keys = new Map<string, { key: string; logins: number }>();

  /** @param everyLogins a key changes at each n-th login. */
  constructor(private readonly everyLogins: number) {}

  get size(): number {
    return this.keys.size;
  }

  /** Counts a login and returns the key that is valid after it: 16 bytes in base64. */
  atLogin(appId: string, openid: string): string {
    const owner = `${appId} ${openid}`;
    const { key, logins } = this.keys.get(owner) ?? { key: '', logins: 0 };
    const current = logins % this.everyLogins === 0 ? randomBytes(16).toString('base64') : key;
    this.keys.delete(owner);
    this.keys.set(owner, { key: current, logins: logins + 1 });
    this.dropOldest();
    return current;
  }

  private dropOldest(): void {
    const [oldest] = this.keys.keys();
    if (this.keys.size > mostPeople && oldest !== undefined) this.keys.delete(oldest);
  }
}
