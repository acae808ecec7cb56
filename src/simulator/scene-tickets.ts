import { randomBytes } from 'node:crypto';
import { Expiring } from './expiring.js';

/** A QR code of an official account. */
export interface SceneTicket {
  readonly ticket: string;
  readonly appId: string;
  /** The scene_str, or the scene_id in digits. */
  readonly scene: string;
  /** What the QR code encodes. */
  readonly url: string;
  /** Milliseconds. */
  readonly madeAt: number;
}

/** The QR codes of all official accounts that have not expired. */
export class SceneTickets {
  private readonly tickets: Expiring<SceneTicket>;

  constructor(private readonly now: () => number) {
    this.tickets = new Expiring(now);
  }

  /** @param lifetimeSeconds Infinity for a permanent one */
  create(appId: string, scene: string, lifetimeSeconds: number): SceneTicket {
    const ticket = `gQ${randomBytes(70).toString('base64')}`;
    const url = `http://weixin.qq.com/q/${randomBytes(15).toString('base64url')}`;
    const created = { ticket, appId, scene, url, madeAt: this.now() };
    this.tickets.set(ticket, created, lifetimeSeconds * 1000);
    return created;
  }

  find(ticket: string): SceneTicket | undefined {
    return this.tickets.get(ticket);
  }

  /** Those that have not expired, oldest first. */
  list(): SceneTicket[] {
    return this.tickets.values();
  }

  /** The newest one of this account for this scene. */
  ofScene(appId: string, scene: string): SceneTicket | undefined {
    return this.tickets
      .values()
      .reverse()
      .find((ticket) => ticket.appId === appId && ticket.scene === scene);
  }
}
