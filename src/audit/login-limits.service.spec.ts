import type { Config, Limit } from '../platform/config/config.js';
import { AppError } from '../platform/errors/app-error.js';
import type { ErrorName } from '../platform/errors/catalogue.js';
import { MemoryStore } from '../platform/store/memory-store.js';
import { StoreUnavailableError } from '../platform/store/store-unavailable-error.js';
import type { Blocklist, NewBlock } from './blocklist.service.js';
import { LoginLimits } from './login-limits.service.js';

const minute = 60_000;
const hour = 60 * minute;
const mallory = '203.0.113.7';

describe('the limits of logging in', () => {
  let now: number;
  let store: MemoryStore;
  let blocks: NewBlock[];
  let limits: LoginLimits;

  const limitsOf = (loginsByAddress: Limit, blockAfter = 3) => {
    const failuresByAccount = { count: 5, windowMs: minute };
    const risk = { loginsByAddress, failuresByAccount, blockAfter, blockForMs: 15 * minute };
    const blocklist = { prolong: async (block: NewBlock) => blocks.push(block) > 0 };
    return new LoginLimits(store, blocklist as unknown as Blocklist, { risk } as Config);
  };

  beforeEach(() => {
    // A moment at which a bucket of every window begins, so that each release is exact.
    now = 24 * hour * 20_000;
    store = new MemoryStore(() => now);
    blocks = [];
    limits = limitsOf({ count: 10, windowMs: minute });
  });
  afterEach(() => store.close());

  const times = async <Result>(count: number, act: () => Promise<Result>) => {
    const results: Result[] = [];
    for (let i = 0; i < count; i++) results.push(await act());
    return results;
  };
  const fail = (address = mallory) => limits.recordFailure(address);
  const refusal = async (act: Promise<unknown>) => {
    const error: unknown = await act.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(AppError);
    return error as AppError;
  };

  const endIn = (error: ErrorName) => () => Promise.reject(new AppError(error));
  const guessWrong = async (account: string) => {
    const refused = await refusal(limits.guess(account, endIn('invalid_credentials')));
    if (refused.error !== 'invalid_credentials') throw refused;
  };
  const guessRight = (account: string) => limits.guess(account, async () => 'in');

  describe('by address', () => {
    it('let as many attempts through as the window has room for, and tell the next when to come', async () => {
      await times(10, () => limits.countAttempt(mallory));
      const { error, retryAfterSeconds, headers } = await refusal(limits.countAttempt(mallory));
      expect({ error, retryAfterSeconds, headers }).toEqual({
        error: 'too_many_requests',
        retryAfterSeconds: 63,
        headers: { 'RateLimit-Limit': '10', 'RateLimit-Remaining': '0', 'RateLimit-Reset': '63' },
      });
      now += 63_000;
      await limits.countAttempt(mallory);
    });

    it('count wrong guesses of machine clients alone, and then refuse right ones as they refuse wrong ones', async () => {
      await times(100, () => limits.countClientGuess(mallory, true));
      await times(10, () => limits.countClientGuess(mallory, false));
      const wrong = await refusal(limits.countClientGuess(mallory, false));
      const right = await refusal(limits.countClientGuess(mallory, true));
      expect(wrong).toMatchObject({ error: 'too_many_requests', retryAfterSeconds: 63 });
      expect([right.error, right.retryAfterSeconds, right.headers]).toEqual([
        wrong.error,
        wrong.retryAfterSeconds,
        wrong.headers,
      ]);
      await limits.countClientGuess('203.0.113.8', true);
      now += 63_000;
      await limits.countClientGuess(mallory, true);
    });

    it('are one for a /64 of IPv6, and another for the next', async () => {
      let host = 1;
      await times(10, () => limits.countAttempt(`2001:db8::${host++}`));
      await refusal(limits.countAttempt('2001:db8:0:0:ffff::1'));
      await limits.countAttempt('2001:db8:0:1::1');
    });
  });

  describe('by account', () => {
    it('count a guess before it is known to be wrong', async () => {
      await times(5, () => guessWrong('alice'));
      const { error, headers } = await refusal(guessWrong('alice'));
      expect([error, headers['RateLimit-Limit']]).toEqual(['too_many_requests', '5']);
      await guessWrong('bob');
    });

    it('are one however the name is written', async () => {
      for (const name of ['alice', 'Alice', 'ALICE', 'aLiCe', 'alicE']) await guessWrong(name);
      await refusal(guessWrong('alice'));
    });

    it('are given back by a right guess', async () => {
      await times(4, () => guessWrong('alice'));
      await guessRight('Alice');
      await times(5, () => guessWrong('alice'));
      await refusal(guessWrong('alice'));
    });

    it('are given back by who has the right password and is told to be locked', async () => {
      await times(4, () => guessWrong('alice'));
      await refusal(limits.guess('alice', endIn('user_locked')));
      await times(5, () => guessWrong('alice'));
      await refusal(guessWrong('alice'));
    });

    it.each(['dependency_unavailable', 'session_ended', 'internal_error'] as const)(
      'take no place for a guess that ends in %s, and keep that of each wrong one',
      async (error) => {
        await times(4, () => guessWrong('alice'));
        const answers = await times(20, () => refusal(limits.guess('alice', endIn(error))));
        expect(new Set(answers.map((answer) => answer.error))).toEqual(new Set([error]));
        await guessWrong('alice');
        expect((await refusal(guessWrong('alice'))).error).toBe('too_many_requests');
      },
    );

    it('are not overrun by guesses given back after a right one has emptied the window', async () => {
      let turnAway: (error: AppError) => void = () => undefined;
      const waiting = limits.guess('alice', () => new Promise((_, reject) => (turnAway = reject)));
      const turnedAway = refusal(waiting);
      await guessRight('alice');
      await times(5, () => guessWrong('alice'));
      turnAway(new AppError('dependency_unavailable'));
      expect((await turnedAway).error).toBe('dependency_unavailable');
      expect((await refusal(guessWrong('alice'))).error).toBe('too_many_requests');
    });

    it('change no answer where the store fails after it', async () => {
      const away = async () => {
        throw new StoreUnavailableError('delete', new Error('gone'));
      };
      Object.assign(store, { delete: away, takeBack: away });
      expect(await guessRight('alice')).toBe('in');
      expect((await refusal(limits.guess('alice', endIn('user_locked')))).error).toBe('user_locked');
      expect((await refusal(limits.guess('alice', endIn('conflict')))).error).toBe('conflict');
    });

    it('keep nobody out for longer than the window', async () => {
      await times(200, () => guessWrong('alice').catch(() => undefined));
      now += minute + minute / 20;
      await times(5, () => guessWrong('alice'));
    });

    it('put no name into a key', async () => {
      const slide = jest.spyOn(store, 'slide');
      await guessWrong('correct horse battery staple');
      expect(slide.mock.calls.flat().join(' ')).not.toMatch(/horse/);
    });

    it('never block', async () => {
      await times(1000, () => guessWrong('alice').catch(() => undefined));
      expect(blocks).toEqual([]);
    });
  });

  describe('on failures', () => {
    /** Fills a window at once, and lets its length pass. */
    const fullWindow = async () => {
      const results = await times(10, fail);
      now += minute;
      return results;
    };

    it('block an address at the last failure of its third full window, and say so once', async () => {
      expect(await fullWindow()).not.toContain(true);
      expect(await fullWindow()).not.toContain(true);
      expect(await times(9, fail)).not.toContain(true);
      expect(blocks).toEqual([]);
      expect(await fail()).toBe(true);
      const expiresAt: number = blocks[0]!.expiresAt!;
      expect(blocks).toEqual([
        { kind: 'address', value: mallory, reason: 'rule: login failures', expiresAt },
      ]);
      expect(Math.abs(expiresAt - Date.now() - 15 * minute)).toBeLessThan(1000);
    });

    it('see one strike in a window length, however many failures it holds', async () => {
      expect(await times(500, fail)).not.toContain(true);
      now += minute - 1;
      expect(await times(500, fail)).not.toContain(true);
      expect(blocks).toEqual([]);
    });

    it('see no strike in failures that made one already', async () => {
      limits = limitsOf({ count: 10, windowMs: minute }, 2);
      await fail();
      now += minute / 2;
      await times(9, fail);
      now += minute;
      expect(await times(9, fail)).not.toContain(true);
      expect(await fail()).toBe(true);
    });

    it('see no strike in windows that are one short of full', async () => {
      for (let i = 0; i < 50; i++, now += minute + minute / 20)
        expect(await times(9, fail)).not.toContain(true);
    });

    it('see a full window also where failures come evenly', async () => {
      limits = limitsOf({ count: 10, windowMs: minute }, 1);
      const results = await times(10, async () => {
        now += minute / 10;
        return fail();
      });
      expect(results.indexOf(true)).toBe(9);
    });

    it('count strikes of one day only', async () => {
      await fullWindow();
      await fullWindow();
      now += 25.2 * hour;
      expect(await fullWindow()).not.toContain(true);
      expect(await fullWindow()).not.toContain(true);
      expect(await fullWindow()).toContain(true);
    });

    it('block again at each further strike of that day', async () => {
      for (let i = 0; i < 3; i++) await fullWindow();
      now += 15 * minute;
      expect(await fullWindow()).toContain(true);
      expect(blocks).toHaveLength(2);
    });

    it('block at the first full window where BLOCK_AFTER says so', async () => {
      limits = limitsOf({ count: 1, windowMs: minute }, 1);
      expect(await fail()).toBe(true);
    });

    it('block the /64 of an IPv6 address', async () => {
      limits = limitsOf({ count: 2, windowMs: minute }, 1);
      await fail('2001:db8::1');
      expect(await fail('2001:db8::2')).toBe(true);
      expect(blocks.map(({ value }) => value)).toEqual(['2001:db8::/64']);
    });

    it('leave other addresses alone', async () => {
      for (let i = 0; i < 3; i++) await fullWindow();
      expect(await fail('203.0.113.8')).toBe(false);
      expect(blocks.map(({ value }) => value)).toEqual([mallory]);
    });
  });

  it('are an error, not a pass, where the store does not answer', async () => {
    const away = async () => {
      throw new StoreUnavailableError('slide', new Error('gone'));
    };
    Object.assign(store, { slide: away, delete: away });
    for (const attempt of [
      limits.countAttempt(mallory),
      limits.countClientGuess(mallory, true),
      guessWrong('alice'),
      limits.recordFailure(mallory),
    ]) {
      expect((await refusal(attempt)).error).toBe('dependency_unavailable');
    }
  });
});
