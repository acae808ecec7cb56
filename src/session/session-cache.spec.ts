import { setTimeout as sleep } from 'node:timers/promises';
import { SessionCache, type SessionState } from './session-cache.js';

const alive: SessionState = {
  userId: 'u',
  role: 'user',
  expiresAt: Infinity,
  endReason: null,
  lastSeenAt: 0,
  familyHash: 'f',
};
const ended: SessionState = { ...alive, endReason: 'logged_out' };

/** A database whose answers come when the test says so. */
class Database {
  readonly questions: ((state: SessionState | null) => void)[] = [];
  readonly failures: ((error: Error) => void)[] = [];

  load = () =>
    new Promise<SessionState | null>((resolve, reject) => {
      this.questions.push(resolve);
      this.failures.push(reject);
    });
}

describe('what is remembered of a session', () => {
  it('is asked for once by all who want it at the same time', async () => {
    const database = new Database();
    const cache = new SessionCache(database.load, 1000);
    const answers = Promise.all([cache.get('s'), cache.get('s'), cache.get('s')]);
    database.questions[0]!(alive);
    expect(await answers).toEqual([alive, alive, alive]);
    expect(await cache.get('s')).toBe(alive);
    expect(database.questions).toHaveLength(1);
  });

  it('is as old as the question, however long the answer took', async () => {
    const database = new Database();
    const cache = new SessionCache(database.load, 60);
    const slow = cache.get('s');
    await sleep(80);
    database.questions[0]!(alive);
    await slow;
    void cache.get('s');
    expect(database.questions).toHaveLength(2);
  });

  it('is not what was asked before it was forgotten', async () => {
    const database = new Database();
    const cache = new SessionCache(database.load, 1000);
    void cache.get('s');
    cache.forget('s');
    const after = cache.get('s');
    database.questions[0]!(alive);
    database.questions[1]!(ended);
    expect(await after).toBe(ended);
    expect(await cache.get('s')).toBe(ended);
  });

  it('is never a failure', async () => {
    const database = new Database();
    const cache = new SessionCache(database.load, 1000);
    const failed = cache.get('s');
    database.failures[0]!(new Error('away'));
    await expect(failed).rejects.toThrow('away');
    const again = cache.get('s');
    database.questions[1]!(alive);
    expect(await again).toBe(alive);
  });
});
