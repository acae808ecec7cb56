import { backends, embedded } from '../support/backends.js';
import { medianOf, outageTable, wordsOf, worstOf } from '../support/outage-table.js';
import { type Attempt, attemptOf, loginAt } from '../support/login-attempts.js';
import { startService } from '../support/start-service.js';
import { timeLimits } from '../support/time-limits.js';
import { WechatOutage } from '../support/wechat-outage.js';
import { wechatFaults } from '../support/wechat-faults.js';

/** The slowest hundredth of what those ask who are logged in; who waited for WeChat would wait for seconds. */
const loggedInLimitMs = 1000;

describe('a login that WeChat keeps waiting more than once', () => {
  const nearlyTooLong = { delayMs: 2_700 };
  const codePath = '/sns/jscode2session';
  const tokenPath = '/sns/oauth2/access_token';

  it.each([
    [
      'is over in time where the second try is not answered',
      'mini-program',
      [
        { path: codePath, ...nearlyTooLong, errcode: -1 },
        { path: codePath, hang: true },
      ],
      '503 wechat_unavailable',
    ],
    [
      'does without the profile that is not answered',
      'website',
      [
        { path: tokenPath, ...nearlyTooLong },
        { path: '/sns/userinfo', hang: true },
      ],
      '200',
    ],
  ] as const)('%s', async (_, door, orders, outcome) => {
    const service = await startService(embedded);
    const login = await loginAt(service, service.simulator, door);
    for (const order of orders) await service.simulator.fault(order);
    const attempt = await attemptOf(login);
    await service.close();
    expect(wordsOf(attempt)).toBe(outcome);
    expect(attempt.ms).toBeGreaterThan(nearlyTooLong.delayMs);
    expect(attempt.ms).toBeLessThan(timeLimits.loginMs);
  });
});

describe.each(backends)('while WeChat fails, on $name', (backend) => {
  const outages = new Map<string, WechatOutage>();
  const outageOf = (name: string) => outages.get(name)!;

  /** One strikes after the other; what follows is mostly waiting, and goes on beside the next. FAULT_TABLE prints it all. */
  beforeAll(async () => {
    for (const fault of wechatFaults) outages.set(fault.name, await WechatOutage.prepare(backend, fault));
    const recoveries: Promise<void>[] = [];
    for (const outage of outages.values()) {
      await outage.strike();
      recoveries.push(outage.recover());
    }
    await Promise.all(recoveries);
    if (process.env.FAULT_TABLE)
      process.stdout.write(`\n${backend.name}\n\n${outageTable([...outages.values()])}\n`);
  }, 180_000);

  afterAll(async () => {
    for (const outage of outages.values()) await outage.close();
  });

  const exchangesOf = (name: string, attempts: Attempt[]) =>
    attempts.map(({ code }) => outageOf(name).exchanges.get(code) ?? 0);

  describe.each(wechatFaults)('$name', ({ name, status, error, exchanges, opensCircuit }) => {
    it('answers every login as documented, in time', () => {
      const { alone, crowded, late } = outageOf(name);
      const attempts = [...alone, ...crowded, ...late];
      const words = wordsOf({ answer: { status, error } as Attempt['answer'] });
      expect(attempts.map(wordsOf)).toEqual(Array(attempts.length).fill(words));
      expect(worstOf(attempts)).toBeLessThan(timeLimits.loginMs);
      for (const { answer } of status === 503 ? attempts : [])
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    });

    it('never asks again about a code that may be consumed', () => {
      const { alone, crowded } = outageOf(name);
      expect(exchangesOf(name, alone)).toEqual(alone.map(() => exchanges));
      expect(Math.max(...exchangesOf(name, crowded))).toBeLessThanOrEqual(exchanges);
    });

    it(opensCircuit ? 'stops asking and answers at once' : 'goes on asking', () => {
      const { late } = outageOf(name);
      const asked = exchangesOf(name, late);
      expect(asked.map((times) => times > 0)).toEqual(late.map(() => !opensCircuit));
      // Of one after the other the middle one: service, WeChat and load share this process, which now and then makes one wait.
      if (opensCircuit) expect(medianOf(late)).toBeLessThan(timeLimits.openCircuitMs);
    });

    it('lets people in again soon after', () => {
      const { afterwards, recoveryMs } = outageOf(name);
      expect(recoveryMs).toBeLessThan(timeLimits.recoveryMs);
      expect(afterwards.status).toBe(200);
    });

    it('leaves those alone who are logged in, and stays ready', () => {
      const { me, refresh, ready } = outageOf(name).life;
      for (const requests of [me, refresh, ready]) {
        expect(requests.failures).toEqual([]);
        expect(requests.count).toBeGreaterThan(0);
      }
      expect(me.quantileMs(0.99)).toBeLessThan(loggedInLimitMs);
    });
  });
});
