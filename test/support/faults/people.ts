import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../client.js';
import { stranger } from '../person.js';
import type { RunningSimulator } from '../start-simulator.js';
import type { KeptSession, Ledger } from './ledger.js';
import type { Requests } from './requests.js';

const paceMs = 20;
const roundsOfALife = 3;

export interface Surroundings {
  /** Requests go to one after the other; where there are two or more, what is done twice at once meets two of them. */
  clients: Client[];
  simulator: RunningSimulator;
  ledger: Ledger;
  requests: Requests;
}

/**
 * People whom nobody has seen before. Each logs in on two devices at once, asks and refreshes for a while, each token
 * twice at once, and logs one device out.
 */
export class People {
  private running = true;
  private turn = 0;
  private readonly lives: Promise<unknown>;

  constructor(
    private readonly at: Surroundings,
    count: number,
  ) {
    this.lives = Promise.all(Array.from({ length: count }, () => this.live()));
  }

  /** Resolves once their last request has ended. */
  async stop(): Promise<void> {
    this.running = false;
    await this.lives;
  }

  private async live(): Promise<void> {
    while (this.running) {
      const someone = stranger(this.at.simulator);
      const opened = await Promise.all([this.logIn(someone), this.logIn(someone)]);
      const sessions = opened.filter((session) => session !== undefined);
      for (let round = 0; round < roundsOfALife && this.running; round++) {
        for (const session of sessions) await this.use(session);
        await sleep(paceMs);
      }
      if (sessions[0]) await this.logOut(sessions[0]);
      await sleep(paceMs);
    }
  }

  private async logIn(someone: ReturnType<typeof stranger>): Promise<KeptSession | undefined> {
    const client = this.next();
    const code = await someone.code();
    const answer = await this.at.requests.take('login', () =>
      client.api('POST', '/auth/wechat/mini-program', { code }),
    );
    return answer?.status === 200 ? this.at.ledger.open(someone.name, answer.data) : undefined;
  }

  private async use(session: KeptSession): Promise<void> {
    const { accessToken: token, refreshToken } = session;
    await this.ask('me', (client) => client.api('GET', '/users/me', undefined, { token }));
    const refresh = () =>
      this.ask('refresh', (client) => client.api('POST', '/auth/refresh', { refreshToken }));
    for (const answer of await Promise.all([refresh(), refresh()]))
      if (answer?.status === 200) this.at.ledger.rotate(session, refreshToken, answer.data);
  }

  private async logOut(session: KeptSession): Promise<void> {
    const { accessToken: token } = session;
    const answer = await this.ask('logout', (client) =>
      client.api('POST', '/auth/logout', undefined, { token }),
    );
    if (answer?.status === 200) session.endedAt = performance.now();
    else session.doubtful = true;
  }

  private ask(what: string, request: (client: Client) => ReturnType<Client['api']>) {
    const client = this.next();
    return this.at.requests.take(what, () => request(client));
  }

  private next(): Client {
    const { clients } = this.at;
    return clients[this.turn++ % clients.length]!;
  }
}
