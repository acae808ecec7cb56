import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet.js';
import { type Damage, Ledger } from './ledger.js';
import { Newcomers } from './newcomers.js';
import { People } from './people.js';
import { ReadinessWatch } from './readiness.js';
import { Requests } from './requests.js';

const crowd = 4;
/** A fault comes when nobody expects it. */
const [atLeastMs, atMostMoreMs] = [300, 300];
const patienceMs = 15_000;

/** Something that goes wrong for a while. */
export interface Fault {
  name: string;
  lastsMs: number;
  strike(): void;
  heal(): Promise<void>;
}

/** How a fleet in use came through one fault. Times are milliseconds, NaN where it did not come to it. */
export interface Outage {
  fault: string;
  requests: Requests;
  notReadyMs: number;
  readyMs: number;
  firstLoginMs: number;
  damage: Damage;
}

export async function outageOf(fleet: Fleet, fault: Fault): Promise<Outage> {
  const { clients, simulator, bases } = fleet;
  const [ledger, requests] = [new Ledger(), new Requests()];
  const surroundings = { clients, simulator, ledger, requests };
  const watch = new ReadinessWatch(bases);
  const people = new People(surroundings, crowd);
  await sleep(atLeastMs + Math.random() * atMostMoreMs);

  const newcomers = new Newcomers(surroundings);
  const struckAt = performance.now();
  fault.strike();
  await sleep(fault.lastsMs);
  await fault.heal();
  const healedAt = performance.now();
  const firstLoginMs = await newcomers.firstSince(healedAt);
  await until(() => watch.sinceMs(healedAt, true) >= 0);

  await Promise.all([people.stop(), newcomers.stop(), watch.stop()]);
  const damage = await ledger.check(clients);
  const notReadyMs = watch.sinceMs(struckAt, false);
  const readyMs = watch.sinceMs(healedAt, true);
  return { fault: fault.name, requests, notReadyMs, readyMs, firstLoginMs, damage };
}

async function until(reached: () => boolean): Promise<void> {
  for (const started = performance.now(); !reached() && performance.now() - started < patienceMs;)
    await sleep(25);
}
