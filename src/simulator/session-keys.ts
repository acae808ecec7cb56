import { randomBytes } from 'node:crypto';

const mostPeople = 10_000;

interface SessionKey {
  current: string;
  /** The one before, if any. */
  previous?: string;
  logins: number;
}

/** The one valid session_key of each person towards each mini program; the longest unused give way. */
export class SessionKeys {
  private readonly keys = new Map<string, SessionKey>();

  /** @param everyLogins a key changes at each n-th login. */
  constructor(private readonly everyLogins: number) {}

  get size(): number {
    return this.keys.size;
  }

  /** Counts a login and returns the key that is valid after it: 16 bytes in base64. */
  atLogin(appId: string, openid: string): string {
    const known = this.of(appId, openid);
    const logins = known?.logins ?? 0;
    const changes = !known || logins % this.everyLogins === 0;
    return this.keep(appId, openid, { ...(changes ? renewed(known) : known), logins: logins + 1 });
  }

  /** A new key in place of the current one; nothing where there is none. */
  reset(appId: string, openid: string): string | undefined {
    const known = this.of(appId, openid);
    return known && this.keep(appId, openid, { ...renewed(known), logins: known.logins });
  }

  /** The person's keys towards this app, if he ever logged in. */
  of(appId: string, openid: string): Readonly<SessionKey> | undefined {
    return this.keys.get(ownerOf(appId, openid));
  }

  private keep(appId: string, openid: string, key: SessionKey): string {
    const owner = ownerOf(appId, openid);
    this.keys.delete(owner);
    this.keys.set(owner, key);
    this.dropOldest();
    return key.current;
  }

  private dropOldest(): void {
    const [oldest] = this.keys.keys();
    if (this.keys.size > mostPeople && oldest !== undefined) this.keys.delete(oldest);
  }
}

function renewed(known: SessionKey | undefined) {
  return { current: randomBytes(16).toString('base64'), previous: known?.current };
}

function ownerOf(appId: string, openid: string): string {
  return `${appId} ${openid}`;
}
