import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import type { Client } from '../support/client.js';
import { stranger } from '../support/person.js';
import { Fleet } from '../support/fleet.js';
import {
  Dependencies,
  type Affliction,
  afflictions,
  frozen,
  killed,
} from '../support/faults/dependencies.js';
import { faultTable } from '../support/faults/fault-table.js';
import { type Fault, type Outage, outageOf } from '../support/faults/outage.js';

/** Security's limits are for a machine that does nothing else; FAULT_TIME_FACTOR=1 holds the service to them. */
const factor = Number(process.env.FAULT_TIME_FACTOR || 2);
const limits = { requestMs: 3000 * factor, notReadyMs: 3000 * factor, firstLoginMs: 2000 * factor };
const outageMs = 2500;
const annoyanceMs = 1200;

interface Case {
  name: string;
  /** Whether nothing that needs it can be done meanwhile. */
  isOutage: boolean;
  needs: ('mysql' | 'redis')[];
  affliction: Affliction;
}

const cases: Case[] = [
  ...afflictions.map((affliction) => caseOf('MySQL', ['mysql'], affliction)),
  ...afflictions.map((affliction) => caseOf('Redis', ['redis'], affliction)),
  ...[killed, frozen].map((affliction) => caseOf('MySQL and Redis', ['mysql', 'redis'], affliction)),
];

function caseOf(who: string, needs: Case['needs'], affliction: Affliction): Case {
  return { name: `${who} ${affliction.name}`, isOutage: affliction.isOutage, needs, affliction };
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

  function faultOf({ name, isOutage, needs, affliction }: Case): Fault {
    const struck = needs.map((need) => dependencies[need]);
    return {
      name,
      lastsMs: isOutage ? outageMs : annoyanceMs,
      strike: () => struck.forEach(affliction.strike),
      heal: async () => void (await Promise.all(struck.map(affliction.heal))),
    };
  }

  it('leave no person half made', async () => {
    const connection = await createConnection(dependencies.databaseUrl);
    const [rows] = await connection.query(
      'SELECT u.id FROM users u LEFT JOIN wechat_identities i ON i.user_id = u.id WHERE i.id IS NULL',
    );
    await connection.end();
    expect(rows).toEqual([]);
  });

  describe.each(cases)('with $name', ({ name, isOutage, needs }) => {
    const outage = () => outages.get(name)!;

    it('answer each request well or with 503, in time', () => {
      const { requests } = outage();
      expect(requests.surprises).toEqual([]);
      expect(requests.tally().good).toBeGreaterThan(0);
      expect(requests.tally().worstMs).toBeLessThan(limits.requestMs);
    });

    it('lose, double, fork and revive nothing that was acknowledged', () => {
      expect(outage().damage).toEqual({ lost: [], duplicated: [], forked: [], revived: [] });
    });

    it('are soon ready, and let people in, once it is over', () => {
      expect(outage().readyMs).toBeLessThan(limits.firstLoginMs);
      expect(outage().firstLoginMs).toBeLessThan(limits.firstLoginMs);
    });

    if (isOutage)
      it('say soon that they are not ready, and refuse logins', () => {
        expect(outage().notReadyMs).toBeLessThan(limits.notReadyMs);
        expect(outage().requests.tally('login').unavailable).toBeGreaterThan(0);
      });

    if (!needs.includes('mysql'))
      it('go on serving those who are logged in', () => {
        const { requests, good } = outage().requests.tally('me');
        expect(good / requests).toBeGreaterThanOrEqual(0.99);
      });
  });
});

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
