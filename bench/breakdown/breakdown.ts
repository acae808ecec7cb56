import { startChild, type Backends, type ChildServer } from '../backends.js';
import { floorEnv } from '../floor-target.js';
import { load } from '../load.js';
import { returningPerson } from '../people.js';
import { loggingIn } from '../scenarios.js';
import type { Means } from './stopwatch.js';

const warmUpSeconds = 2;
const measuredSeconds = 4;
const rest = 'rest (HTTP, routing, parsing, log)';
const whole = 'whole login, as its client sees it';

/** Where the time of a returning person's login goes, in ms. */
export interface Breakdown {
  service: Means;
  floor: Means;
}

/** By one connection alone, so that no part waits for another request's turn. */
export async function breakDownLogin(backends: Backends): Promise<Breakdown> {
  const service = await startChild('breakdown/service-main.js', backends.env);
  const floor = await startChild('floor/main.js', { ...floorEnv(backends, true), FLOOR_TIMED: 'true' });
  try {
    return { service: await timeParts(service), floor: await timeParts(floor) };
  } finally {
    await Promise.all([service.process.stop(), floor.process.stop()]);
  }
}

async function timeParts({ url, process }: ChildServer): Promise<Means> {
  const lanes = [loggingIn(returningPerson)];
  await load(url, lanes, warmUpSeconds);
  await process.ask<Means>('take');
  const { latencies } = await load(url, lanes, measuredSeconds);
  const means = await process.ask<Means>('take');
  const total = latencies.reduce((sum, ms) => sum + ms, 0) / latencies.length;
  const known = Object.values(means).reduce((sum, ms) => sum + ms, 0);
  return { ...means, [rest]: total - known, [whole]: total };
}
