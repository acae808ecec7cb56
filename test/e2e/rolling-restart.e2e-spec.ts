import { shared, type OpenBackend } from '../support/backends.js';
import { restartUnderLoad } from '../support/rolling.js';

/** Security's limits are for a machine that does nothing else. */
const factor = Number(process.env.FAULT_TIME_FACTOR || 3);
const readyLimitMs = 3000 * factor;
const exitLimitMs = 10_000;

describe('two replicas behind nginx, restarted one after the other while people use them', () => {
  let storage: OpenBackend;
  beforeAll(async () => {
    storage = await shared.open();
  });
  afterAll(() => storage?.close());

  it('fail no request, and lose nothing', async () => {
    const env = { ...storage.env, SHUTDOWN_DELAY: '500ms' };
    const { requests, failures, restarts, damage } = await restartUnderLoad(env, { requests: 600, restarts: 4 });
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThanOrEqual(600);
    expect(damage).toEqual({ lost: [], duplicated: [], forked: [], revived: [] });
    for (const { exit, exitMs, readyMs } of restarts) {
      expect(exit).toBe(0);
      expect(exitMs).toBeLessThan(exitLimitMs);
      expect(readyMs).toBeLessThan(readyLimitMs);
    }
  }, 120_000);
});
