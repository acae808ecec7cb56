import type { Answer, Client } from '../client.js';
import type { RunningSimulator } from '../start-simulator.js';
import type { Ledger } from './ledger.js';
import { isGood, type Requests } from './requests.js';

export interface Surroundings {
  /** Requests go to one after the other; where there are two or more, what is done twice at once meets two of them. */
  clients: Client[];
  simulator: RunningSimulator;
  ledger: Ledger;
  requests: Requests;
}

type Request = (client: Client) => Promise<Answer>;

/** Asks the replicas in turn, and writes down how each request ends. */
export class Conversation {
  private turn = 0;

  constructor(readonly at: Surroundings) {}

  /**
   * The answer, where there was one.
   * @param refusals what is said where the thing that it is about is gone: the ledger is told
   */
  async ask(what: string, request: Request, refusals: readonly string[] = []): Promise<Answer | undefined> {
    const answer = await this.take(what, request, refusals);
    if (answer) this.noteIfGone(what, [answer], refusals);
    return answer;
  }

  /**
   * What may succeed once, asked for twice at once: the good answers.
   * @param refusals what the second is told; where both are, the thing is gone
   */
  async askTwice(what: string, request: Request, refusals: readonly string[] = []): Promise<Answer[]> {
    const ask = () => this.take(what, request, refusals);
    const answers = await Promise.all([ask(), ask()]);
    this.noteIfGone(what, answers, refusals);
    return answers.filter((answer) => answer !== undefined).filter(({ status }) => isGood(status));
  }

  private take(what: string, request: Request, refusals: readonly string[]): Promise<Answer | undefined> {
    const { clients, requests } = this.at;
    const client = clients[this.turn++ % clients.length]!;
    return requests.take(what, () => request(client), refusals);
  }

  private noteIfGone(what: string, answers: (Answer | undefined)[], refusals: readonly string[]): void {
    if (answers.every((answer) => refusals.includes(answer?.error ?? '')))
      this.at.ledger.note('forgotten', `${what}: ${answers[0]?.error}`);
  }
}
