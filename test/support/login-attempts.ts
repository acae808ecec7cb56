import { browser, placeOf, type Browser } from './browser.js';
import type { Answer, Client } from './client.js';
import { stranger } from './person.js';
import { miniProgram, type RunningSimulator } from './start-simulator.js';

/** A login of somebody new, of which WeChat's part is done. */
export interface Login {
  code: string;
  tryIt: () => Promise<Answer>;
}

/** A login that was tried. */
export interface Attempt {
  code: string;
  answer: Answer;
  ms: number;
}

export async function loginAt(
  client: Client,
  simulator: RunningSimulator,
  door: 'mini-program' | 'website',
): Promise<Login> {
  const someone = stranger(simulator);
  if (door === 'website') return websiteLogin(client, simulator, someone.name);
  const body = { code: await someone.code(), appId: miniProgram.appId };
  return { code: body.code, tryIt: () => client.api('POST', '/auth/wechat/mini-program', body) };
}

async function websiteLogin(client: Client, simulator: RunningSimulator, person: string): Promise<Login> {
  const who = browser(client);
  const { href } = placeOf(await begin(who));
  const callback = (await simulator.consent(href, { person }))!;
  return { code: new URL(callback).searchParams.get('code')!, tryIt: () => who.open(callback) };
}

/** Ours, not WeChat's: how it begins on a busy machine is not what is tried. */
async function begin(who: Browser, patience = 20): Promise<Answer> {
  const answer = await who.open('/api/v1/auth/wechat/website/authorize');
  return answer.status === 503 && patience > 0 ? begin(who, patience - 1) : answer;
}

export async function attemptOf({ code, tryIt }: Login): Promise<Attempt> {
  const started = performance.now();
  const answer = await tryIt();
  return { code, answer, ms: performance.now() - started };
}
