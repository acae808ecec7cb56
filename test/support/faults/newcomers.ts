import { setTimeout as sleep } from 'node:timers/promises';
import { stranger } from '../person.js';
import type { Surroundings } from './conversation.js';

const everyMs = 50;
const patienceMs = 15_000;

/** Somebody new tries to log in, then the next, whether or not the one before was answered. */
export class Newcomers {
  private running = true;
  private turn = 0;
  private readonly letIn: { came: number; answered: number }[] = [];
  private readonly attempts: Promise<void>[] = [];
  private readonly stream: Promise<void>;

  constructor(private readonly at: Surroundings) {
    this.stream = this.come();
  }

  /** Milliseconds from a moment until somebody was let in who came after it; NaN where nobody was. */
  async firstSince(moment: number): Promise<number> {
    const since = () => this.letIn.find(({ came }) => came >= moment)?.answered;
    while (since() === undefined && performance.now() - moment < patienceMs) await sleep(5);
    return (since() ?? NaN) - moment;
  }

  async stop(): Promise<void> {
    this.running = false;
    await this.stream;
    await Promise.all(this.attempts);
  }

  private async come(): Promise<void> {
    for (; this.running; await sleep(everyMs)) this.attempts.push(this.logIn());
  }

  private async logIn(): Promise<void> {
    const { clients, simulator, ledger, requests } = this.at;
    const someone = stranger(simulator);
    const client = clients[this.turn++ % clients.length]!;
    const came = performance.now();
    const answer = await requests.take('login', () => someone.logIn(client));
    if (answer?.status !== 200) return;
    this.letIn.push({ came, answered: performance.now() });
    ledger.open(someone.name, answer.data);
  }
}
