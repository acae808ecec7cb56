import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import type { Client } from '../support/client.js';
import { stranger } from '../support/person.js';
import { Fleet } from '../support/fleet.js';
import {
  Dependencies,
  type Affliction,
  afflictions,
  emptied,
  empty,
  frozen,
  killed,
} from '../support/faults/dependencies.js';
import { faultTable } from '../support/faults/fault-table.js';
import { unharmed } from '../support/faults/ledger.js';
import { type Fault, type Outage, outageOf } from '../support/faults/outage.js';
import { timeLimits } from '../support/time-limits.js';

type Tokens = Record<'accessToken' | 'refreshToken', string>;

interface Case {
  name: string;
  /** Whether nothing that needs it can be done meanwhile. */
  isOutage: boolean;
  needs: ('mysql' | 'redis')[];
  affliction: Affliction;
  /** Whether scans, states and codes are gone: Redis alone has them. */
  empties: boolean;
}

const cases: Case[] = [
  ...afflictions.map((affliction) => caseOf('MySQL', ['mysql'], affliction)),
  ...[...afflictions, emptied].map((affliction) => caseOf('Redis', ['redis'], affliction)),
  ...[killed, frozen].map((affliction) => caseOf('MySQL and Redis', ['mysql', 'redis'], affliction)),
];

function caseOf(who: string, needs: Case['needs'], affliction: Affliction): Case {
  const empties = affliction.empties === true && needs.includes('redis');
  return { name: `${who} ${affliction.name}`, isOutage: affliction.isOutage, needs, affliction, empties };
}

describe('two replicas in use', () => {
  let dependencies: Dependencies;
  let fleet: Fleet;
  const outages = new Map<string, Outage>();

  beforeAll(async () => {
    dependencies = await Dependencies.start();
    fleet = await Fleet.start(2, dependencies.env);
    for (const each of cases) outages.set(each.name, await outageOf(fleet, faultOf(each)));
    if (process.env.FAULT_TABLE) process.stdout.write(`\n${faultTable([...outages.values()])}\n`);
  }, 240_000);

  afterAll(async () => {
    await fleet?.close();
    await dependencies?.stop();
  });

  function faultOf({ name, needs, affliction }: Case): Fault {
    const struck = needs.map((need) => dependencies[need]);
    return {
      name,
      lastsMs: affliction.lastsMs,
      strike: () => struck.forEach(affliction.strike),
      heal: async () => void (await Promise.all(struck.map(affliction.heal))),
    };
  }

  it('leave no person half made', async () => {
    const connection = await createConnection(dependencies.databaseUrl);
    const [rows] = await connection.query(
      `SELECT u.id FROM users u LEFT JOIN wechat_identities i ON i.user_id = u.id
       LEFT JOIN user_passwords p ON p.user_id = u.id WHERE i.id IS NULL AND p.user_id IS NULL`,
    );
    await connection.end();
    expect(rows).toEqual([]);
  });

  it('are used in every way, and each way works', () => {
    const all = [...outages.values()];
    const kinds = [...new Set(all.flatMap(({ requests }) => requests.kinds))];
    const worked = kinds.filter((kind) => all.every(({ requests }) => requests.tally(kind).good > 0));
    expect(worked.toSorted()).toEqual([
      'login',
      'login by password',
      'login code exchanged',
      'logout',
      'me',
      'redirect back',
      'redirect begun',
      'refresh',
      'registration',
      'scan begun',
      'scan confirmed',
      'scan scanned',
      'scan seen',
    ]);
  });

  describe.each(cases)('with $name', ({ name, isOutage, needs, empties }) => {
    const outage = () => outages.get(name)!;

    it('answer each request well or with 503, in time', () => {
      const { requests } = outage();
      expect(requests.surprises).toEqual([]);
      expect(requests.tally().good).toBeGreaterThan(0);
      expect(requests.tally().worstMs).toBeLessThan(timeLimits.requestMs);
    });

    it('lose, double, fork and revive nothing that was acknowledged', () => {
      const { damage } = outage();
      expect({ ...damage, forgotten: empties ? [] : damage.forgotten }).toEqual(unharmed);
    });

    it('are soon ready, and let people in, once it is over', () => {
      expect(outage().readyMs).toBeLessThan(timeLimits.firstLoginMs);
      expect(outage().firstLoginMs).toBeLessThan(timeLimits.firstLoginMs);
    });

    if (isOutage)
      it('say soon that they are not ready, and refuse logins', () => {
        expect(outage().notReadyMs).toBeLessThan(timeLimits.notReadyMs);
        expect(outage().requests.tally('login').unavailable).toBeGreaterThan(0);
      });

    if (!needs.includes('mysql'))
      it('go on serving those who are logged in', () => {
        const { requests, good } = outage().requests.tally('me');
        expect(good / requests).toBeGreaterThanOrEqual(0.99);
      });
  });
});

it('a session that ended stays ended while Redis is away, and where it comes back empty', async () => {
  const dependencies = await Dependencies.start();
  const fleet = await Fleet.start(2, dependencies.env);
  try {
    const { server } = dependencies.redis;
    const someone = stranger(fleet.simulator);
    const [client] = fleet.clients as [Client];
    const [ended, living] = [(await someone.logIn(client)).data, (await someone.logIn(client)).data];
    expect(await client.api('POST', '/auth/logout', undefined, { token: ended.accessToken })).toMatchObject({
      status: 200,
    });
    const said = () =>
      Promise.all(
        fleet.clients.map(async ({ api }) => {
          const me = ({ accessToken: token }: Tokens) => api('GET', '/users/me', undefined, { token });
          const refresh = ({ refreshToken }: Tokens) => api('POST', '/auth/refresh', { refreshToken });
          const answers = [await me(ended), await refresh(ended), await me(living)];
          return answers.map(({ status }) => status);
        }),
      );
    const asItWas = [
      [401, 401, 200],
      [401, 401, 200],
    ];
    expect(await said()).toEqual(asItWas);
    server.kill('SIGKILL');
    expect(await said()).toEqual(asItWas);
    await server.restart();
    expect(await said()).toEqual(asItWas);
    // A process that has heard of nothing asks the database.
    await fleet.stopReplica(1);
    await fleet.startReplica(1);
    expect(await said()).toEqual(asItWas);
    await empty(server.url);
    expect(await said()).toEqual(asItWas);
  } finally {
    await fleet.close();
    await dependencies.stop();
  }
}, 60_000);

it('a refresh that the database carries out late costs nobody the session', async () => {
  const dependencies = await Dependencies.start();
  const fleet = await Fleet.start(1, { ...dependencies.env, REFRESH_GRACE: '1s' });
  try {
    const [client] = fleet.clients as [Client];
    const { link } = dependencies.mysql;
    const { refreshToken } = (await stranger(fleet.simulator).logIn(client)).data;
    const refresh = () => client.api('POST', '/auth/refresh', { refreshToken });
    link.strike({ latencyMs: 300 });
    const first = refresh();
    // The session has been looked up; the word to move it on is under way.
    await sleep(750);
    link.strike({ blackHole: true });
    expect(await first).toMatchObject({ status: 503, error: 'dependency_unavailable' });
    await sleep(1500);
    link.heal();
    await sleep(300);
    expect(await refresh()).toMatchObject({ status: 200 });
  } finally {
    await fleet.close();
    await dependencies.stop();
  }
}, 60_000);
