import { setTimeout as sleep } from 'node:timers/promises';
import { Conversation, type Surroundings } from './conversation.js';
import { byMiniProgram, byPassword, byRedirect, byScan, type Entrance } from './entrances.js';
import type { KeptSession } from './ledger.js';

const roundsOfALife = 3;

/**
 * People who log in, ask and refresh for a while, each token twice at once, and log one device out. A crowd of them comes
 * by the mini program; one comes by each other way, and stays less long.
 */
export class People {
  private running = true;
  private readonly talk: Conversation;
  private readonly lives: Promise<unknown>;

  constructor(
    private readonly at: Surroundings,
    crowd: number,
    /** How long each pauses between two rounds. */
    private readonly paceMs = 20,
  ) {
    this.talk = new Conversation(at);
    const others = [byPassword(), byScan(), byRedirect];
    this.lives = Promise.all([
      ...Array.from({ length: crowd }, () => this.live(byMiniProgram, roundsOfALife)),
      ...others.map((entrance) => this.live(entrance, 1)),
    ]);
  }

  /** Resolves once their last request has ended. */
  async stop(): Promise<void> {
    this.running = false;
    await this.lives;
  }

  private async live(enter: Entrance, rounds: number): Promise<void> {
    while (this.running) {
      const sessions = await enter(this.talk);
      for (let round = 0; round < rounds && this.running; round++) {
        for (const session of sessions) await this.use(session);
        await sleep(this.paceMs);
      }
      if (sessions[0]) await this.logOut(sessions[0]);
      await sleep(this.paceMs);
    }
  }

  private async use(session: KeptSession): Promise<void> {
    const { accessToken: token, refreshToken } = session;
    await this.talk.ask('me', (client) => client.api('GET', '/users/me', undefined, { token }));
    const answers = await this.talk.askTwice('refresh', (client) =>
      client.api('POST', '/auth/refresh', { refreshToken }),
    );
    for (const { data } of answers) this.at.ledger.rotate(session, refreshToken, data);
  }

  private async logOut(session: KeptSession): Promise<void> {
    const { accessToken: token } = session;
    const answer = await this.talk.ask('logout', (client) =>
      client.api('POST', '/auth/logout', undefined, { token }),
    );
    if (answer?.status === 200) session.endedAt = performance.now();
    else session.doubtful = true;
  }
}
