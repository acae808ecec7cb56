import { type Lane, load, percentile } from '../load.js';
import { paths } from '../paths.js';
import type { Tokens } from '../people.js';
import { password } from './accounts.js';

/** What those see who only read, meanwhile; milliseconds. */
export interface Readers {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  errors: number;
  /** Of the service's event loop, as /metrics tells it. */
  loopDelayP99Ms: number;
}

/** So many people who log in one time after the other. */
export interface Crowd extends Readers {
  size: number;
  /** Answers of 200 a second. */
  loginsPerSecond: number;
  loginP50Ms: number;
  loginP99Ms: number;
  /** Answers of 503: they would have waited too long. */
  turnedAway: number;
  otherAnswers: number;
}

export async function measureReaders(url: string, tokens: Tokens[], seconds: number): Promise<Readers> {
  await loopDelayP99Ms(url);
  const run = await load(url, tokens.map(reading), seconds);
  return {
    requestsPerSecond: run.requests / run.seconds,
    p50Ms: percentile(run.latencies, 0.5),
    p99Ms: percentile(run.latencies, 0.99),
    errors: run.errors,
    loopDelayP99Ms: await loopDelayP99Ms(url),
  };
}

export async function measureCrowd(
  url: string,
  names: string[],
  tokens: Tokens[],
  seconds: number,
): Promise<Crowd> {
  const answers = new Map<number, number>();
  const lanes = names.map((name) => loggingIn(name, answers));
  const [logins, readers] = await Promise.all([
    load(url, lanes, seconds),
    measureReaders(url, tokens, seconds),
  ]);
  const good = answers.get(200) ?? 0;
  const turnedAway = answers.get(503) ?? 0;
  const all = [...answers.values()].reduce((sum, count) => sum + count, 0);
  return {
    ...readers,
    size: names.length,
    loginsPerSecond: good / logins.seconds,
    loginP50Ms: percentile(logins.latencies, 0.5),
    loginP99Ms: percentile(logins.latencies, 0.99),
    turnedAway,
    otherAnswers: all - good - turnedAway,
  };
}

function loggingIn(username: string, answers: Map<number, number>): Lane {
  return {
    next: () => ({
      method: 'POST',
      path: '/api/v1/auth/login',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    }),
    answered: (status) => void answers.set(status, (answers.get(status) ?? 0) + 1),
  };
}

function reading({ accessToken }: Tokens): Lane {
  const headers = { authorization: `Bearer ${accessToken}` };
  return { next: () => ({ method: 'GET', path: paths.me, headers }), isConstant: true };
}

/** Since it was last asked. */
async function loopDelayP99Ms(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const [, seconds] = /^nodejs_eventloop_lag_p99_seconds(?:\{[^}]*\})? (\S+)$/m.exec(text) ?? [];
  if (seconds === undefined) throw new Error('/metrics tells no delay of the event loop');
  return Number(seconds) * 1000;
}
