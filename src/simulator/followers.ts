import type { SimulatedApp } from './apps.js';
import { openidOf, type Person } from './people.js';

export interface Follower {
  readonly person: Person;
  /** Seconds. */
  readonly since: number;
  /** The scene of the QR code by which he came; empty without one. */
  readonly scene: string;
}

/** Who follows which official account. */
export class Followers {
  private readonly followers = new Map<string, Follower>();

  constructor(private readonly now: () => number) {}

  of(appId: string, openid: string): Follower | undefined {
    return this.followers.get(`${appId} ${openid}`);
  }

  has({ appId }: SimulatedApp, person: Person): boolean {
    return this.of(appId, openidOf(person, appId)) !== undefined;
  }

  follow({ appId }: SimulatedApp, person: Person, scene = ''): void {
    const since = Math.floor(this.now() / 1000);
    this.followers.set(`${appId} ${openidOf(person, appId)}`, { person, since, scene });
  }

  unfollow({ appId }: SimulatedApp, person: Person): void {
    this.followers.delete(`${appId} ${openidOf(person, appId)}`);
  }
}
