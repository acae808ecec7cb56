import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { failureOf as failureWithout, rid } from '../../test/support/fake-wechat.js';
import { Config } from '../platform/config/config.js';
import type { WechatApp } from '../platform/config/wechat-app.js';
import { Sealer } from '../platform/crypto/sealer.js';
import { MemoryStore } from '../platform/store/memory-store.js';
import type { Slide } from '../platform/store/key-value-store.js';
import { StoreUnavailableError } from '../platform/store/store-unavailable-error.js';
import { Metrics } from '../platform/observability/metrics.js';
import { AppTokens } from './app-tokens.service.js';
import { unreachable } from './wechat-errors.js';
import type { WechatHttp } from './wechat-http.js';

const app: WechatApp = {
  kind: 'mini-program',
  appId: 'wx0123456789abcdef',
  appSecret: '5ecre75ecre75ecre75ecre75ecre700',
};
const key = `app-token:${app.appId}`;
const minuteMs = 60_000;
const ok = { errcode: 0, errmsg: 'ok' };

type Answer = unknown;
interface Asked {
  path: string;
  query: Record<string, string>;
  body?: unknown;
}

/** Hands out tokens as WeChat does at both endpoints, unless told to answer something else first. */
class FakeTokenEndpoints {
  readonly asked: Asked[] = [];
  readonly instead: Answer[] = [];
  takesMs = 5;
  private issued = 0;
  private stable = { value: '', endsAt: 0 };

  async post(path: string, query: Record<string, string>, body: unknown): Promise<Answer> {
    this.asked.push({ path, query, body });
    const { force_refresh: force } = body as { force_refresh: boolean };
    return this.answer(() => this.stableAnswer(force));
  }

  async get(path: string, query: Record<string, string>): Promise<Answer> {
    this.asked.push({ path, query });
    return this.answer(() => ({ access_token: this.issue(), expires_in: 7200 }));
  }

  get forced(): number {
    return this.asked.filter(({ body }) => (body as { force_refresh?: boolean })?.force_refresh).length;
  }

  private async answer(give: () => Answer): Promise<Answer> {
    await pause(this.takesMs);
    const instead = this.instead.shift() ?? give();
    if (instead instanceof Error) throw instead;
    return instead;
  }

  private stableAnswer(force: boolean): Answer {
    if (force || this.stable.endsAt - now <= 5 * minuteMs) {
      this.stable = { value: this.issue(), endsAt: now + 7_200_000 };
    }
    return {
      access_token: this.stable.value,
      expires_in: Math.floor((this.stable.endsAt - now) / 1_000),
    };
  }

  private issue(): string {
    this.issued += 1;
    return tokenNumber(this.issued);
  }
}

/** A store that can be taken away, and counts what it is asked. */
class TestStore extends MemoryStore {
  isAway = false;
  asked = 0;

  override get(name: string): Promise<string | null> {
    return this.ask(() => super.get(name));
  }
  override set(name: string, value: string, ttlMs: number): Promise<void> {
    return this.ask(() => super.set(name, value, ttlMs));
  }
  override setIfAbsent(name: string, value: string, ttlMs: number): Promise<boolean> {
    return this.ask(() => super.setIfAbsent(name, value, ttlMs));
  }
  override compareAndSet(name: string, value: string, next: string | null, ttlMs: number): Promise<boolean> {
    return this.ask(() => super.compareAndSet(name, value, next, ttlMs));
  }
  override slide(name: string, limit: number, windowMs: number, cost?: number): Promise<Slide> {
    return this.ask(() => super.slide(name, limit, windowMs, cost));
  }

  /** As over a network: the answer comes a turn later. */
  private async ask<T>(answer: () => Promise<T>): Promise<T> {
    this.asked += 1;
    await pause(1);
    if (this.isAway) throw new StoreUnavailableError('a verb', new Error('gone'));
    return answer();
  }
}

const tokenNumber = (n: number) => `71_T0keN${String(n).padStart(4, '0')}aBcDeF`;
const sealer = new Sealer([{ id: 'k1', key: randomBytes(32) }]);

let now: number;
let wechat: FakeTokenEndpoints;
let store: TestStore;
let warnings: string[];

beforeEach(() => {
  now = Date.now();
  wechat = new FakeTokenEndpoints();
  store = new TestStore(() => now);
  warnings = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((words: string) => void warnings.push(words));
});

afterEach(async () => {
  await store.close();
  jest.restoreAllMocks();
});

function replica(appToken: 'stable' | 'plain' = 'stable', seal = sealer, metrics = new Metrics()): AppTokens {
  const config = new Config({ wechat: { appToken } } as unknown as Config);
  return new AppTokens(store, seal, wechat as unknown as WechatHttp, config, metrics, () => now);
}

/** The token that a call of this replica is given. */
const tokenOf = async (tokens: AppTokens, withinMs?: number) =>
  tokens.withToken(app, async (token) => token, withinMs);

/** A call that WeChat refuses with these errcodes in turn, then answers; and the tokens it was made with. */
function refusing(...errcodes: number[]) {
  const given: string[] = [];
  const call = async (token: string) => {
    given.push(token);
    const errcode = errcodes.shift();
    return errcode === undefined ? ok : { errcode, errmsg: `invalid credential rid: ${rid}` };
  };
  return { call, given };
}

/** A call that WeChat answers for every token but this one. */
const refusingToken = (refused: string) => async (token: string) =>
  token === refused ? { errcode: 40001, errmsg: 'not latest' } : ok;

const secrets = [app.appSecret, ...[1, 2, 3].map(tokenNumber)];
const failureOf = (call: Promise<unknown>) => failureWithout(call, secrets);

/** Until what goes on behind the callers' backs has ended. */
const settled = () => pause(60);

describe('an app token', () => {
  it('is asked for as stable_token is documented', async () => {
    expect(await tokenOf(replica())).toBe(tokenNumber(1));
    expect(wechat.asked).toEqual([
      {
        path: '/cgi-bin/stable_token',
        query: {},
        body: {
          grant_type: 'client_credential',
          appid: app.appId,
          secret: app.appSecret,
          force_refresh: false,
        },
      },
    ]);
  });

  it('is asked for as cgi-bin/token is documented where the operator wants that', async () => {
    await tokenOf(replica('plain'));
    expect(wechat.asked).toEqual([
      {
        path: '/cgi-bin/token',
        query: { grant_type: 'client_credential', appid: app.appId, secret: app.appSecret },
      },
    ]);
  });

  it.each(['stable', 'plain'] as const)(
    'is fetched once for 50 calls at once on two replicas: %s',
    async (mode) => {
      const replicas = [replica(mode), replica(mode)];
      const tokens = await Promise.all(Array.from({ length: 50 }, (_, i) => tokenOf(replicas[i % 2]!)));
      expect(new Set(tokens)).toEqual(new Set([tokenNumber(1)]));
      expect(wechat.asked).toHaveLength(1);
    },
  );

  it('is found by a replica that starts later', async () => {
    await tokenOf(replica());
    expect(await tokenOf(replica())).toBe(tokenNumber(1));
    expect(wechat.asked).toHaveLength(1);
  });

  it('costs no question to the store once it is known', async () => {
    const tokens = replica();
    await tokenOf(tokens);
    const before = store.asked;
    for (let call = 0; call < 10; call += 1) await tokenOf(tokens);
    expect(store.asked).toBe(before);
  });

  it('is asked for together by all calls of a replica', async () => {
    await tokenOf(replica());
    const forOne = store.asked;
    store.asked = 0;
    now += 7_200_000;
    const tokens = replica();
    await Promise.all(Array.from({ length: 50 }, () => tokenOf(tokens)));
    expect(store.asked).toBe(forOne);
  });

  it('is as old for each replica as it is since WeChat was asked', async () => {
    const both = [new Metrics(), new Metrics()];
    for (const metrics of both) {
      await tokenOf(replica('stable', sealer, metrics));
      now += 60_000;
    }
    for (const [i, metrics] of both.entries()) {
      const text = await metrics.text();
      expect(text).toContain(`\nwxpass_app_token_age_seconds{app="${app.appId}"} 120\n`);
      const fetched = `wxpass_app_token_refreshes_total{app="${app.appId}",outcome="success"} 1`;
      expect(text.includes(fetched)).toBe(i === 0);
    }
  });

  it('lies sealed in the store, bound to its app', async () => {
    await tokenOf(replica());
    const sealed = (await store.get(key))!;
    expect(sealed).not.toContain('T0keN');
    expect(JSON.parse(sealer.open(sealed, key))).toMatchObject({ value: tokenNumber(1) });
  });

  it('that no key opens is fetched anew', async () => {
    await tokenOf(replica());
    const other = new Sealer([{ id: 'k2', key: randomBytes(32) }]);
    await tokenOf(replica('stable', other));
    expect(wechat.asked).toHaveLength(2);
  });

  it('of another app is another one', async () => {
    const tokens = replica('plain');
    const other = { ...app, appId: 'wxffffffffffffffff' };
    await tokenOf(tokens);
    expect(await tokens.withToken(other, async (token) => token)).toBe(tokenNumber(2));
  });
});

describe('a renewal', () => {
  it.each(['stable', 'plain'] as const)(
    'comes 300 s before the end, once, while all go on with the old one: %s',
    async (mode) => {
      const replicas = [replica(mode), replica(mode)];
      await Promise.all(replicas.map((tokens) => tokenOf(tokens)));
      now += 6_900_000 - 1;
      await tokenOf(replicas[0]!);
      await settled();
      expect(wechat.asked).toHaveLength(1);
      now += 1;
      const tokens = await Promise.all(Array.from({ length: 50 }, (_, i) => tokenOf(replicas[i % 2]!)));
      expect(new Set(tokens)).toEqual(new Set([tokenNumber(1)]));
      await settled();
      for (const tokens of replicas) {
        await tokenOf(tokens);
        await settled();
        expect(await tokenOf(tokens)).toBe(tokenNumber(2));
      }
      expect(wechat.asked).toHaveLength(2);
    },
  );

  it('under way elsewhere does not keep a replica that starts from the old one', async () => {
    await tokenOf(replica());
    now += 6_900_000;
    await store.setIfAbsent(`${key}:claim`, 'another replica', 3_500);
    expect(await tokenOf(replica())).toBe(tokenNumber(1));
    expect(wechat.asked).toHaveLength(1);
  });

  it('that fails is told in the log and tried again after 30 s, while the old one serves', async () => {
    const tokens = replica();
    await tokenOf(tokens);
    now += 6_900_000;
    wechat.instead.push(unreachable('no answer in time'));
    for (let call = 0; call < 5; call += 1) {
      expect(await tokenOf(tokens)).toBe(tokenNumber(1));
      await settled();
    }
    expect(wechat.asked).toHaveLength(2);
    expect(warnings).toEqual([expect.stringContaining('no answer in time')]);
    now += 30_000;
    await tokenOf(tokens);
    await settled();
    expect(await tokenOf(tokens)).toBe(tokenNumber(2));
  });

  it('that fails leaves the old one to a replica that starts meanwhile', async () => {
    await tokenOf(replica());
    now += 6_900_000;
    wechat.instead.push(unreachable('no answer in time'));
    expect(await tokenOf(replica())).toBe(tokenNumber(1));
    expect(wechat.asked).toHaveLength(2);
  });

  it('of a token that lives for less than 300 s is not made at every call', async () => {
    wechat.instead.push({ access_token: tokenNumber(9), expires_in: 200 });
    const tokens = replica();
    await tokenOf(tokens);
    now += 99_000;
    expect(await tokenOf(tokens)).toBe(tokenNumber(9));
    await settled();
    expect(wechat.asked).toHaveLength(1);
    now += 101_000;
    expect(await tokenOf(tokens)).toBe(tokenNumber(1));
  });
});

describe('a refresher that died', () => {
  beforeEach(() => store.setIfAbsent(`${key}:claim`, 'a dead replica', 3_500));

  it('is replaced once its claim is over', async () => {
    const token = tokenOf(replica());
    await pause(100);
    expect(wechat.asked).toHaveLength(0);
    now += 3_500;
    expect(await token).toBe(tokenNumber(1));
    expect(wechat.asked).toHaveLength(1);
  });

  it('keeps nobody waiting for longer than the call may take', async () => {
    const began = performance.now();
    expect((await failureOf(tokenOf(replica(), 200))).error).toBe('wechat_unavailable');
    expect(performance.now() - began).toBeLessThan(400);
    now += 3_500;
  });

  it('and comes back too late does not write over the newer token', async () => {
    now += 3_500;
    wechat.takesMs = 200;
    const late = tokenOf(replica('plain'));
    await pause(50);
    now += 3_500;
    wechat.takesMs = 5;
    const newer = await tokenOf(replica('plain'));
    expect(await late).not.toBe(newer);
    expect(await tokenOf(replica('plain'))).toBe(newer);
  });
});

describe('a call whose token WeChat refuses', () => {
  it.each([40001, 40014, 42001])('is repeated once with another one: %i', async (errcode) => {
    const tokens = replica();
    const { call, given } = refusing(errcode);
    expect(await tokens.withToken(app, call)).toBe(ok);
    expect(given).toEqual([tokenNumber(1), tokenNumber(2)]);
    expect(await tokenOf(tokens)).toBe(tokenNumber(2));
    expect(await tokenOf(replica())).toBe(tokenNumber(2));
  });

  it.each([40001, 40014, 42001])('is repeated with a plain one after one fetch: %i', async (errcode) => {
    const { call, given } = refusing(errcode);
    expect(await replica('plain').withToken(app, call)).toBe(ok);
    expect(given).toEqual([tokenNumber(1), tokenNumber(2)]);
    expect(wechat.asked).toHaveLength(2);
  });

  it('is not repeated twice', async () => {
    const { call, given } = refusing(40001, 42001, 40014);
    expect(await replica().withToken(app, call)).toMatchObject({ errcode: 42001 });
    expect(given).toHaveLength(2);
  });

  it.each([-1, 40003, 40029, 41001, 45009, 48001])('is not repeated for errcode %i', async (errcode) => {
    const { call, given } = refusing(errcode);
    expect(await replica().withToken(app, call)).toMatchObject({ errcode });
    expect(given).toHaveLength(1);
  });

  it.each(['stable', 'plain'] as const)(
    'heals for 50 calls at once on two replicas with one new token: %s',
    async (mode) => {
      const replicas = [replica(mode), replica(mode)];
      await Promise.all(replicas.map((tokens) => tokenOf(tokens)));
      const call = refusingToken(tokenNumber(1));
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, i) => replicas[i % 2]!.withToken(app, call)),
      );
      expect(new Set(answers)).toEqual(new Set([ok]));
      expect(await tokenOf(replica(mode))).toBe(tokenNumber(2));
      expect(wechat.forced).toBe(mode === 'stable' ? 1 : 0);
    },
  );

  it('takes the newer token that another replica has, and fetches none', async () => {
    const [one, other] = [replica('plain'), replica('plain')];
    await Promise.all([tokenOf(one), tokenOf(other)]);
    await one.withToken(app, refusingToken(tokenNumber(1)));
    const asked = wechat.asked.length;
    const { call, given } = refusing(40001);
    await other.withToken(app, call);
    expect(given).toEqual([tokenNumber(1), tokenNumber(2)]);
    expect(wechat.asked).toHaveLength(asked);
  });

  it('leaves that token to nobody, even where no other is to be had', async () => {
    const tokens = replica('plain');
    await tokenOf(tokens);
    wechat.instead.push(unreachable('reset'));
    const { call, given } = refusing(40001);
    expect((await failureOf(tokens.withToken(app, call))).error).toBe('wechat_unavailable');
    expect(given).toHaveLength(1);
    expect(await tokenOf(tokens)).toBe(tokenNumber(2));
    expect(await tokenOf(replica('plain'))).toBe(tokenNumber(2));
  });

  it('leaves that token to nobody while another one is on its way', async () => {
    const tokens = replica('plain');
    await tokenOf(tokens);
    wechat.takesMs = 100;
    const healing = tokens.withToken(app, refusingToken(tokenNumber(1)));
    await pause(50);
    expect(await tokenOf(tokens)).toBe(tokenNumber(2));
    expect(await healing).toBe(ok);
    expect(wechat.asked).toHaveLength(2);
  });

  it('does not take that token again from a replica that knows no better', async () => {
    const tokens = replica();
    await tokenOf(tokens);
    const sealed = (await store.get(key))!;
    await store.setIfAbsent(`${key}:claim`, 'another replica', 3_500);
    const { call, given } = refusing(40001);
    const healing = tokens.withToken(app, call);
    await pause(30);
    await store.set(key, sealed, minuteMs);
    await store.delete(`${key}:claim`);
    await healing;
    expect(given).toEqual([tokenNumber(1), tokenNumber(2)]);
  });

  it('has what is left of its time', async () => {
    wechat.takesMs = 100;
    const left: number[] = [];
    await replica().withToken(
      app,
      async (_, leftMs) => {
        left.push(leftMs);
        await pause(100);
        return left.length === 1 ? { errcode: 40001 } : ok;
      },
      2_000,
    );
    expect(left[0]).toBeLessThan(1_910);
    expect(left[1]).toBeLessThan(1_610);
    expect(left[1]).toBeGreaterThan(1_000);
  });
});

describe('a forced refresh', () => {
  /** Heals in the way WeChat wants: asks again first, forces only where that gave the refused token. */
  const heal = async (tokens: AppTokens) => {
    const { call, given } = refusing(40001);
    expect(await tokens.withToken(app, call)).toBe(ok);
    return given;
  };

  it('comes only after the same token was given again', async () => {
    await heal(replica());
    expect(wechat.asked.map(({ body }) => (body as { force_refresh: boolean }).force_refresh)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('is spared where WeChat gives another token by itself', async () => {
    const tokens = replica();
    await tokenOf(tokens);
    now += 7_000_000;
    await heal(tokens);
    expect(wechat.forced).toBe(0);
  });

  it('is made at most every 30 s by all replicas; until then the same token is tried again', async () => {
    const replicas = [replica(), replica()];
    await heal(replicas[0]!);
    expect(await heal(replicas[1]!)).toEqual([tokenNumber(2), tokenNumber(2)]);
    expect(wechat.forced).toBe(1);
    now += 29_000;
    await heal(replicas[1]!);
    expect(wechat.forced).toBe(1);
    now += 3_000;
    expect(await heal(replicas[1]!)).toEqual([tokenNumber(2), tokenNumber(3)]);
    expect(wechat.forced).toBe(2);
  });

  it('is made at most 20 times a day', async () => {
    const tokens = replica();
    for (let times = 0; times < 25; times += 1) {
      await heal(tokens);
      now += minuteMs;
    }
    expect(wechat.forced).toBe(20);
  });

  it('that WeChat refuses is told in the log, and keeps nobody from asking', async () => {
    const tokens = replica();
    await tokenOf(tokens);
    wechat.instead.push(undefined, { errcode: 45009, errmsg: `quota ${app.appSecret}` });
    expect(await heal(tokens)).toEqual([tokenNumber(1), tokenNumber(1)]);
    expect(warnings).toEqual([expect.stringContaining('45009')]);
    expect(warnings[0]).not.toContain(app.appSecret);
    expect(await tokenOf(replica())).toBe(tokenNumber(1));
  });
});

describe('a refusal at the token endpoint', () => {
  it.each<[number, string]>([
    [40164, 'wechat_error'],
    [40013, 'wechat_error'],
    [40125, 'wechat_error'],
    [40001, 'wechat_error'],
    [40243, 'wechat_error'],
    [45009, 'wechat_unavailable'],
    [50004, 'wechat_error'],
    [89501, 'wechat_error'],
    [99999, 'wechat_error'],
  ])('%i is remembered by all replicas for 30 s', async (errcode, name) => {
    wechat.instead.push({ errcode, errmsg: `words rid: ${rid}` });
    const replicas = [replica(), replica()];
    for (let call = 0; call < 6; call += 1) {
      const error = await failureOf(tokenOf(replicas[call % 2]!));
      expect(error).toMatchObject({ error: name, message: expect.stringContaining(`errcode ${errcode}`) });
      expect(error.detailsIn('en')).toMatchObject({ errcode, rid });
    }
    expect(wechat.asked).toHaveLength(1);
    now += 29_999;
    await failureOf(tokenOf(replicas[0]!));
    expect(wechat.asked).toHaveLength(1);
    now += 1;
    expect(await tokenOf(replicas[0]!)).toBe(tokenNumber(1));
  });

  it('is asked for once by 50 calls at once on two replicas', async () => {
    wechat.instead.push({ errcode: 40125, errmsg: 'invalid appsecret' });
    const replicas = [replica(), replica()];
    const errors = await Promise.all(
      Array.from({ length: 50 }, (_, i) => failureOf(tokenOf(replicas[i % 2]!))),
    );
    expect(new Set(errors.map(({ error }) => error))).toEqual(new Set(['wechat_error']));
    expect(wechat.asked).toHaveLength(1);
  });

  it('names the address to list, from memory too', async () => {
    const errmsg = 'invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist';
    wechat.instead.push({ errcode: 40164, errmsg });
    const tokens = replica();
    for (let call = 0; call < 2; call += 1) {
      expect((await failureOf(tokenOf(tokens))).message).toContain(
        "(add 203.0.113.7 to the app's IP whitelist)",
      );
    }
  });

  it('keeps the secret that its words repeat out of error and store', async () => {
    wechat.instead.push({ errcode: 40125, errmsg: `invalid appsecret ${app.appSecret}` });
    expect((await failureOf(tokenOf(replica()))).message).toContain('invalid appsecret [removed]');
    expect(await store.get(`${key}:refusal`)).not.toContain(app.appSecret);
  });

  it('does not stop what the old token still serves', async () => {
    const tokens = replica();
    await tokenOf(tokens);
    now += 6_900_000;
    wechat.instead.push({ errcode: 40164, errmsg: 'invalid ip 203.0.113.7' });
    await tokenOf(tokens);
    await settled();
    expect(await tokenOf(tokens)).toBe(tokenNumber(1));
    expect(warnings).toEqual([expect.stringContaining('203.0.113.7')]);
  });
});

describe('a token endpoint in trouble', () => {
  const busy = { errcode: -1, errmsg: 'system error' };

  it('that is busy is asked again', async () => {
    wechat.instead.push(busy, busy);
    expect(await tokenOf(replica())).toBe(tokenNumber(1));
    expect(wechat.asked).toHaveLength(3);
  });

  it('that stays busy is given up, and asked again by the next call', async () => {
    wechat.instead.push(busy, busy, busy, busy);
    const tokens = replica();
    const error = await failureOf(tokenOf(tokens));
    expect(error.error).toBe('wechat_unavailable');
    expect(wechat.asked).toHaveLength(4);
    expect(await tokenOf(tokens)).toBe(tokenNumber(1));
  });

  it('that cannot be reached is asked again by the next call', async () => {
    wechat.instead.push(unreachable('reset'));
    const tokens = replica();
    expect((await failureOf(tokenOf(tokens))).error).toBe('wechat_unavailable');
    expect(await tokenOf(tokens)).toBe(tokenNumber(1));
  });

  it.each([
    [{ expires_in: 7200 }],
    [{ access_token: '', expires_in: 7200 }],
    [{ access_token: tokenNumber(1) }],
    [{ access_token: tokenNumber(1), expires_in: 0 }],
    [{ access_token: tokenNumber(1), expires_in: 'soon' }],
    [{ access_token: tokenNumber(1), expires_in: 1e15 }],
    [[]],
    ['text'],
  ])('that answers %j is not believed', async (answer) => {
    wechat.instead.push(answer);
    expect((await failureOf(tokenOf(replica()))).error).toBe('wechat_error');
  });
});

describe('while the store is away', () => {
  it('each replica fetches its stable token once', async () => {
    store.isAway = true;
    const tokens = replica();
    const given = await Promise.all(Array.from({ length: 20 }, () => tokenOf(tokens)));
    expect(new Set(given)).toEqual(new Set([tokenNumber(1)]));
    expect(wechat.asked).toHaveLength(1);
    expect(await tokenOf(replica())).toBe(tokenNumber(1));
  });

  it('a refused stable token is fetched again and never forced', async () => {
    const tokens = replica();
    await tokenOf(tokens);
    store.isAway = true;
    const { call, given } = refusing(40001);
    expect(await tokens.withToken(app, call)).toBe(ok);
    expect(given).toEqual([tokenNumber(1), tokenNumber(1)]);
    expect(wechat.forced).toBe(0);
  });

  it('a refusal is remembered by each replica', async () => {
    store.isAway = true;
    wechat.instead.push({ errcode: 40125, errmsg: 'invalid appsecret' });
    const tokens = replica();
    for (let call = 0; call < 3; call += 1) {
      expect((await failureOf(tokenOf(tokens))).error).toBe('wechat_error');
    }
    expect(wechat.asked).toHaveLength(1);
  });

  it('no plain token is fetched, but the one at hand serves to its end', async () => {
    const tokens = replica('plain');
    await tokenOf(tokens);
    store.isAway = true;
    now += 7_199_000;
    expect(await tokenOf(tokens)).toBe(tokenNumber(1));
    await settled();
    now += 1_000;
    expect((await failureOf(tokenOf(tokens))).error).toBe('dependency_unavailable');
    expect((await failureOf(tokenOf(replica('plain')))).error).toBe('dependency_unavailable');
    expect(wechat.asked).toHaveLength(1);
  });

  it('a refused plain token is not replaced', async () => {
    const tokens = replica('plain');
    await tokenOf(tokens);
    store.isAway = true;
    const { call } = refusing(40001);
    expect((await failureOf(tokens.withToken(app, call))).error).toBe('dependency_unavailable');
    expect(wechat.asked).toHaveLength(1);
  });

  it('that is when a token has just come, the token is not lost', async () => {
    wechat.takesMs = 50;
    const tokens = replica('plain');
    const token = tokenOf(tokens);
    await pause(30);
    store.isAway = true;
    expect(await token).toBe(tokenNumber(1));
    expect(await tokenOf(tokens)).toBe(tokenNumber(1));
  });
});
