import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockEntity } from '../../src/audit/block.entity.js';
import { Blocklist } from '../../src/audit/blocklist.service.js';
import { BlocklistSnapshots } from '../../src/audit/blocklist-snapshots.service.js';
import { LoginLimits } from '../../src/audit/login-limits.service.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { backends } from '../support/backends.js';
import { openStorage, type OpenStorage } from '../support/open-storage.js';

interface Replica {
  limits: LoginLimits;
  blocklist: Blocklist;
}

describe.each(backends)('the limits of logging in, over two replicas on $name', (backend) => {
  let storage: OpenStorage;
  let replicas: Replica[];
  let address: string;

  beforeAll(async () => {
    storage = await openStorage(backend, 2);
  });
  afterAll(() => storage?.close());
  beforeEach(() => {
    address = `10.${[...randomBytes(3)].join('.')}`;
    replicas = withSettings({});
  });

  const withSettings = (env: Record<string, string>) =>
    storage.replicas.map(({ dataSource, store }): Replica => {
      const repository = dataSource.getRepository(BlockEntity);
      const blocklist = new Blocklist(repository, new BlocklistSnapshots(repository, store));
      const config = loadConfig({ NODE_ENV: 'test', ...env });
      return { blocklist, limits: new LoginLimits(store, blocklist, config) };
    });
  const atOnce = <Result>(count: number, act: (replica: Replica) => Promise<Result>) =>
    Promise.all(Array.from({ length: count }, (_, i) => act(replicas[i % replicas.length]!)));
  const outcome = (act: Promise<unknown>) =>
    act.then(
      () => 'good',
      (error: AppError) => error.error,
    );
  /** Resolves where the guess was let through. */
  const guessWrong = (limits: LoginLimits, account: string) =>
    limits
      .guess(account, () => Promise.reject(new AppError('invalid_credentials')))
      .catch((error: AppError) => {
        if (error.error !== 'invalid_credentials') throw error;
      });
  const good = (outcomes: string[]) => outcomes.filter((name) => name === 'good').length;

  it('let exactly 5 of 200 guesses at once through, in 20 rounds', async () => {
    for (let round = 0; round < 20; round++) {
      const account = randomBytes(8).toString('hex');
      const outcomes = await atOnce(200, ({ limits }) => outcome(guessWrong(limits, account)));
      expect(good(outcomes)).toBe(5);
      expect(new Set(outcomes)).toEqual(new Set(['good', 'too_many_requests']));
    }
  });

  it('give the window back on all replicas', async () => {
    const account = randomBytes(8).toString('hex');
    await atOnce(4, ({ limits }) => guessWrong(limits, account));
    await replicas[0]!.limits.guess(account, async () => undefined);
    expect(good(await atOnce(200, ({ limits }) => outcome(guessWrong(limits, account))))).toBe(5);
  });

  it('look at 5 wrong guesses and no more, however many others are given back at the same moment, in 20 rounds', async () => {
    for (let round = 0; round < 20; round++) {
      const account = randomBytes(8).toString('hex');
      let guesses = 0;
      const wrongOrTurnedAway = async () => {
        const isLooked = guesses++ % 2 === round % 2;
        await sleep(randomInt(3));
        throw new AppError(isLooked ? 'invalid_credentials' : 'dependency_unavailable');
      };
      const crowd = () => atOnce(100, ({ limits }) => outcome(limits.guess(account, wrongOrTurnedAway)));
      const outcomes = [...(await crowd()), ...(await crowd()), ...(await crowd())];
      const wrong = outcomes.filter((error) => error === 'invalid_credentials').length;
      const room = good(await atOnce(20, ({ limits }) => outcome(guessWrong(limits, account))));
      expect([wrong + room, new Set(outcomes)]).toEqual([
        5,
        new Set(['invalid_credentials', 'dependency_unavailable', 'too_many_requests']),
      ]);
    }
  });

  it('let exactly 300 of 500 attempts at once through', async () => {
    expect(good(await atOnce(500, ({ limits }) => outcome(limits.countAttempt(address))))).toBe(300);
  });

  it('block once, for all replicas and by the whole /64, when a third window is full of failures', async () => {
    replicas = withSettings({ LOGIN_LIMIT_IP: '20/300ms', BLOCK_AFTER: '3', BLOCK_FOR: '3s' });
    const group = `2001:db8:${randomInt(1, 65_536).toString(16)}:${randomInt(1, 65_536).toString(16)}`;
    let host = 1;
    const strike = async () => {
      const blocked = await atOnce(100, ({ limits }) => limits.recordFailure(`${group}::${host++}`));
      await sleep(330);
      return blocked.filter(Boolean).length;
    };
    expect([await strike(), await strike()]).toEqual([0, 0]);
    expect(await outcome(replicas[0]!.blocklist.requireFree({ address: `${group}::1` }))).toBe('good');
    expect(await strike()).toBe(1);
    const { items } = await replicas[0]!.blocklist.list(undefined, 100);
    const block = items.find(({ value }) => value === `${group}::/64`)!;
    expect(block).toMatchObject({ kind: 'address', reason: 'rule: login failures' });
    await sleep(300);
    for (const { blocklist } of replicas) {
      expect(await outcome(blocklist.requireFree({ address: `${group}:ffff::` }))).toBe('blocked');
    }
    await sleep(Date.parse(block.expiresAt!) - Date.now() + 1);
    for (const { blocklist } of replicas) {
      expect(await outcome(blocklist.requireFree({ address: `${group}:ffff::` }))).toBe('good');
    }
  });

  it('never see more than one strike in a window length, under load from all sides', async () => {
    replicas = withSettings({ LOGIN_LIMIT_IP: '5/10s', BLOCK_AFTER: '2' });
    const blocked = await atOnce(400, ({ limits }) => limits.recordFailure(address));
    expect(blocked).not.toContain(true);
  });
});
