import type { WechatAppKind } from '../../src/platform/config/wechat-app.js';
import type { SimulatedApp } from '../../src/simulator/simulator.plugin.js';
import { browser, placeOf, type Browser } from './browser.js';
import type { Answer, Client } from './client.js';
import { appOf, type RunningSimulator } from './start-simulator.js';

/** A way to log in by WeChat. */
export interface Door {
  name: string;
  kind: WechatAppKind;
  /** What an official account asks for. */
  scope?: 'snsapi_base' | 'snsapi_userinfo';
}

export const doors: readonly Door[] = [
  { name: 'mini-program', kind: 'mini-program' },
  { name: 'mobile', kind: 'mobile' },
  { name: 'website', kind: 'website' },
  { name: 'official-account snsapi_base', kind: 'official-account', scope: 'snsapi_base' },
  { name: 'official-account snsapi_userinfo', kind: 'official-account', scope: 'snsapi_userinfo' },
];

/** Another operator's app of each kind. */
export const strangeApps: readonly SimulatedApp[] = [...new Set(doors.map(({ kind }) => kind))].map(
  (kind, i) => ({
    kind,
    appId: `wxfa4e00000000009${i}`,
    appSecret: `fa4e5ec4e7000000000000000000009${i}`,
    openPlatform: 'strange',
  }),
);

/** Whether it sends a browser to WeChat; the others take the code in a POST. */
export const redirects = ({ kind }: Door) => kind === 'website' || kind === 'official-account';

/** Whether WeChat tells the openid alone there. */
export const isSilent = ({ scope }: Door) => scope === 'snsapi_base';

/** The same app, asked so that WeChat tells the unionid too. */
export const outspoken = (door: Door): Door =>
  isSilent(door) ? { ...door, scope: 'snsapi_userinfo' } : door;

/** A door of another app, by which WeChat tells the unionid. */
export const otherThan = ({ kind }: Door): Door =>
  doors.find((door) => door.kind !== kind && !redirects(door))!;

/** A service, and the WeChat that it speaks to. */
interface Street extends Client {
  simulator: RunningSimulator;
}

interface KnockOptions {
  /** False for a person whose unionid WeChat keeps to itself. */
  unionid?: boolean;
  /** Where a redirect returns to, `/there` where omitted; null for a login without a returnTo. */
  returnTo?: string | null;
}

interface EnterOptions {
  via?: Client;
  headers?: Record<string, string>;
}

/** Somebody stands at a door with a code in hand. */
export interface Knock {
  code: string;
  /** What the door answers; where it sends the browser on with an error, that error. */
  ask(options?: EnterOptions): Promise<Answer>;
  /** The same, and the login code that it may have given exchanged: tokens or an error. */
  enter(options?: EnterOptions): Promise<Answer>;
}

/** Gets this person a code for the door. */
export async function knock(
  service: Street,
  door: Door,
  person: string,
  { unionid = true, returnTo = '/there' }: KnockOptions = {},
): Promise<Knock> {
  if (!redirects(door)) {
    return postOf(service, door, await service.simulator.code(person, { kind: door.kind, unionid }));
  }
  const who = browser(service);
  const { href } = placeOf(await begin(who, door, returnTo));
  return visitOf(service, who, (await service.simulator.consent(href, { person, unionid }))!);
}

/** Brings a code from elsewhere to the door, to one that has a state of its own. */
export async function knockWith(
  service: Street,
  door: Door,
  code: string,
  { returnTo = '/there' }: KnockOptions = {},
): Promise<Knock> {
  if (!redirects(door)) return postOf(service, door, code);
  const who = browser(service);
  const state = placeOf(await begin(who, door, returnTo)).searchParams.get('state');
  return visitOf(service, who, `/api/v1/auth/wechat/${door.kind}/callback?code=${code}&state=${state}`);
}

/** Adds what this person is at the door to the account behind the token. */
export async function linkBy(service: Street, door: Door, person: string, token: string): Promise<Answer> {
  const { kind } = door;
  const app = { kind, appId: appOf(kind).appId };
  const identities = '/users/me/identities';
  if (!redirects(door)) {
    const code = await service.simulator.code(person, { kind });
    return service.api('POST', identities, { ...app, code }, { token });
  }
  const who = browser(service);
  const begun = await who.post(`${identities}/authorize`, { ...app, returnTo: '/linked' }, { token });
  if (begun.status !== 200) return begun;
  return told(await who.open((await service.simulator.consent(begun.data.url, { person }))!));
}

function begin(who: Browser, { kind, scope }: Door, returnTo: string | null): Promise<Answer> {
  const query = new URLSearchParams({ ...(scope && { scope }), ...(returnTo !== null && { returnTo }) });
  return who.open(`/api/v1/auth/wechat/${kind}/authorize?${query.toString()}`);
}

function postOf(service: Client, { kind }: Door, code: string): Knock {
  const body = { code, appId: appOf(kind).appId };
  const ask = ({ via = service, headers }: EnterOptions = {}) =>
    via.api('POST', `/auth/wechat/${kind}`, body, { headers });
  return { code, ask, enter: ask };
}

function visitOf(service: Client, who: Browser, callback: string): Knock {
  const ask = async ({ via = service }: EnterOptions = {}) => told(await who.open(callback, { via }));
  return {
    code: new URL(callback, 'http://unknown').searchParams.get('code')!,
    ask,
    async enter({ via = service } = {}) {
      const answer = await ask({ via });
      const loginCode = placeOf(answer).searchParams.get('loginCode');
      return loginCode === null ? answer : via.api('POST', '/auth/token', { loginCode });
    },
  };
}

function told(answer: Answer): Answer {
  return { ...answer, error: answer.error ?? placeOf(answer).searchParams.get('error') ?? undefined };
}
