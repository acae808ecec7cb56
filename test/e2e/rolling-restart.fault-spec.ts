import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { shared, type OpenBackend } from '../support/backends.js';
import { unharmed } from '../support/faults/ledger.js';
import { Fleet } from '../support/fleet.js';
import { restartUnderLoad } from '../support/rolling.js';
import { firstWords } from '../support/services/probe.js';
import { timeLimits } from '../support/time-limits.js';

describe('two replicas behind nginx, restarted one after the other while people use them', () => {
  let storage: OpenBackend;
  beforeAll(async () => {
    storage = await shared.open();
  });
  afterAll(() => storage?.close());

  it('fail no request, and lose nothing', async () => {
    const env = { ...storage.env, SHUTDOWN_DELAY: '500ms' };
    const { requests, failures, restarts, damage } = await restartUnderLoad(env, {
      // Not as fast as would keep both cores busy: how long a start takes is the service's, not the load's.
      crowd: 2,
      paceMs: 200,
      requests: 500,
      restarts: 3,
    });
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThanOrEqual(500);
    expect(damage).toEqual(unharmed);
    for (const { exit, exitMs, readyMs } of restarts) {
      expect(exit).toBe(0);
      expect(exitMs).toBeLessThan(timeLimits.exitMs);
      expect(readyMs).toBeLessThan(timeLimits.startMs);
    }
  }, 120_000);

  it('answer the last request that comes on a connection which a proxy keeps, and then end it', async () => {
    const fleet = await Fleet.start(1, { ...storage.env, SHUTDOWN_DELAY: '100ms' });
    try {
      const address = { host: '127.0.0.1', port: Number(fleet.ports[0]) };
      const kept = connect(address);
      expect(await answerOn(kept)).toMatch(/^HTTP\/1.1 200 (?!.*connection: close)/is);
      fleet.replicas[0]!.kill('SIGTERM');
      while (await firstWords(address, request)) await sleep(5);
      expect(await answerOn(kept)).toMatch(/^HTTP\/1.1 200 .*connection: close/is);
      await once(kept, 'close');
      expect(await fleet.replicas[0]!.exited).toBe(0);
    } finally {
      await fleet.close();
    }
  }, 60_000);
});

const request = 'GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n';

/** Its beginning; some other word where the connection ends without. */
async function answerOn(socket: Socket): Promise<string> {
  socket.write(request);
  const [first] = (await Promise.race([once(socket, 'data'), once(socket, 'close')])) as unknown[];
  return String(first);
}
