import { startRedis } from '../../test/support/services/redis.js';
import { productionEnv, startChild } from '../backends.js';
import { load } from '../load.js';
import { logIn, type Tokens } from '../people.js';
import { startService } from '../service.js';
import { flows, lanesOf, type Cast, type Flow } from './flows.js';
import { latencyOf, type Latency } from './latency.js';
import type { Options } from './options.js';
import { isLocked, personName } from './seed/users.js';

/** Enough to be served side by side, too few to wait long for each other. */
const connections = 4;
const warmUpSeconds = 1;
const loggedIn = 1000;
const atOnce = 25;

export interface FlowMeasurement extends Latency {
  flow: string;
  requests: number;
  errors: number;
}

/** Each flow by itself, asked of the built service, on a database that is seeded. */
export async function measureFlows(
  databaseUrl: string,
  people: number,
  { seconds }: Options,
  progress: (what: string) => void,
): Promise<FlowMeasurement[]> {
  const named = process.env.TEST_REDIS_URL;
  const redis = named ? undefined : await startRedis();
  const wechat = await startChild('stand-in/main.js');
  const redisUrl = redis?.url ?? named!;
  const env = await productionEnv({ databaseUrl, redisUrl, wechatUrl: wechat.url });
  const service = await startService({ env });
  try {
    const cast = await castOf(service.url, people);
    const measurements: FlowMeasurement[] = [];
    for (const flow of flows) {
      progress(`${flow.name}, ${people} users`);
      measurements.push(await measureFlow(service.url, flow, cast, seconds));
    }
    return measurements;
  } finally {
    await service.process.stop();
    await wechat.process.stop();
    await redis?.stop();
  }
}

async function measureFlow(url: string, flow: Flow, cast: Cast, seconds: number): Promise<FlowMeasurement> {
  await load(url, lanesOf(flow, cast, connections), warmUpSeconds);
  const { requests, errors, latencies } = await load(url, lanesOf(flow, cast, connections), seconds);
  return { flow: flow.name, requests, errors, ...latencyOf([...latencies]) };
}

/** People spread over all, and the administrator. */
async function castOf(url: string, people: number): Promise<Cast> {
  const administrator = await logIn(url, personName(0));
  const count = Math.min(loggedIn, people - 1);
  const step = Math.floor((people - 1) / count);
  const tokens: Tokens[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, count - from) }, (_, i) => 1 + (from + i) * step);
    const free = some.filter((person) => !isLocked(person));
    tokens.push(...(await Promise.all(free.map((person) => logIn(url, personName(person))))));
  }
  return { people, tokens, administrator };
}
