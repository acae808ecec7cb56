import { setTimeout as sleep } from 'node:timers/promises';
import type { Replica } from './start-service.js';
import { Timings } from './timings.js';

const paceMs = 10;
const requestsPerRefresh = 8;

export interface DailyLife {
  stop(): Promise<{ me: Timings; refresh: Timings; ready: Timings }>;
}

/** Somebody who logged in before asks for himself and refreshes, while a probe asks whether the service is ready. */
export function startDailyLife(
  { api, base }: Replica,
  tokens: { accessToken: string; refreshToken: string },
): DailyLife {
  const [me, refresh, ready] = [new Timings(), new Timings(), new Timings()];
  let running = true;

  async function live(): Promise<void> {
    let { accessToken: token, refreshToken } = tokens;
    while (running) {
      for (let i = 0; i < requestsPerRefresh; i++) {
        await me.take(() => api('GET', '/users/me', undefined, { token }));
        await sleep(paceMs);
      }
      await ready.take(() => fetch(`${base}/health/ready`));
      const answer = await refresh.take(() => api('POST', '/auth/refresh', { refreshToken }));
      if (answer?.status === 200) ({ accessToken: token, refreshToken } = answer.data);
    }
  }

  const life = live();
  return {
    async stop() {
      running = false;
      await life;
      return { me, refresh, ready };
    },
  };
}
