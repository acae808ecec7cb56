import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Client } from './client.js';
import { stranger } from './person.js';
import type { RunningSimulator } from './start-simulator.js';

export interface Traffic {
  /** From now on the clients speak to these replicas. */
  moveTo(replicas: Client[]): void;
  /** Ends the traffic; how many requests were made, and those that failed. */
  stop(): Promise<{ requests: number; failures: string[] }>;
}

/** People who log in, ask for themselves and refresh without pause, each time at another replica. */
export function startTraffic(replicas: Client[], simulator: RunningSimulator, people = 8): Traffic {
  let current = replicas;
  let running = true;
  let requests = 0;
  const failures: string[] = [];

  async function ask(
    what: string,
    request: (client: Client) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    const client = current[requests++ % current.length]!;
    try {
      const answer = await request(client);
      if (answer.status >= 400) failures.push(`${what}: ${answer.status} ${answer.error}`);
      return answer;
    } catch (error) {
      failures.push(`${what}: ${String(error)}`);
      return undefined;
    }
  }

  async function live(): Promise<void> {
    while (running) {
      const someone = stranger(simulator);
      let tokens = (await ask('login', (client) => someone.logIn(client)))?.data;
      for (let i = 0; i < 10 && running && tokens; i++) {
        const { accessToken: token, refreshToken } = tokens;
        await ask('me', (client) => client.api('GET', '/users/me', undefined, { token }));
        tokens = (await ask('refresh', (client) => client.api('POST', '/auth/refresh', { refreshToken })))
          ?.data;
        await ask('me', (client) => client.api('GET', '/users/me', undefined, { token }));
        await sleep(20);
      }
    }
  }

  const lives = Promise.all(Array.from({ length: people }, () => live()));
  return {
    moveTo: (next) => void (current = next),
    async stop() {
      running = false;
      await lives;
      return { requests, failures };
    },
  };
}
