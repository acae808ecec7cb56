import { randomBytes } from 'node:crypto';
import { browser, placeOf } from '../browser.js';
import type { Answer, Client } from '../client.js';
import { stranger } from '../person.js';
import { miniProgram } from '../start-simulator.js';
import type { Conversation } from './conversation.js';
import type { KeptSession } from './ledger.js';

/** A way in: the sessions that somebody has afterwards. */
export type Entrance = (talk: Conversation) => Promise<KeptSession[]>;

/** Somebody new, on two devices at once. */
export const byMiniProgram: Entrance = async (talk) => {
  const someone = stranger(talk.at.simulator);
  const opened = await Promise.all([openMiniProgram(talk, someone), openMiniProgram(talk, someone)]);
  return opened.filter((session) => session !== undefined);
};

/** Somebody who registers and comes again and again, each time on two devices at once. */
export function byPassword(): Entrance {
  let account: { username: string; password: string } | undefined;
  return async (talk) => {
    account ??= await register(talk);
    if (!account) return [];
    const { username } = account;
    const logIn = () => talk.ask('login by password', (client) => client.api('POST', '/auth/login', account));
    const answers = await Promise.all([logIn(), logIn()]);
    return answers
      .filter((answer) => answer?.status === 200)
      .map((answer) => talk.at.ledger.open(username, answer!.data));
  };
}

/** Somebody who stays logged in on a phone, and lets in one computer after the other, each with two taps at once. */
export function byScan(): Entrance {
  let phone: KeptSession | undefined;
  return async (talk) => {
    phone ??= await openMiniProgram(talk, stranger(talk.at.simulator));
    const loginCode = phone && (await letIn(talk, phone));
    return loginCode ? exchange(talk, phone!.person, loginCode) : [];
  };
}

/** The login code that a computer is given, as far as it comes to that. */
async function letIn(talk: Conversation, { accessToken: token }: KeptSession): Promise<string | undefined> {
  const { ledger } = talk.at;
  const begun = await talk.ask('scan begun', (client) =>
    client.api('POST', '/auth/scans', { via: 'mini-program', appId: miniProgram.appId }),
  );
  if (begun?.status !== 201) return undefined;

  const { scanId, scanToken } = begun.data as { scanId: string; scanToken: string };
  const path = `/auth/scans/${scanId}`;
  const onPhone = (act: string) => (client: Client) =>
    client.api('POST', `${path}/${act}`, undefined, { token });
  const scanned = await talk.ask('scan scanned', onPhone('scanned'), ['not_found']);
  if (scanned?.status !== 200) return undefined;
  const confirmed = await talk.askTwice('scan confirmed', onPhone('confirm'), ['scan_state', 'not_found']);
  if (confirmed.length > 1) ledger.note('forked', `scan ${scanId} was confirmed twice`);

  const headers = { 'x-scan-token': scanToken };
  const onComputer = (client: Client) => client.api('GET', path, undefined, { headers });
  const seen = await talk.ask('scan seen', onComputer, ['not_found']);
  const isConfirmed = seen?.status === 200 && confirmed.length > 0;
  if (isConfirmed && !seen.data.loginCode)
    ledger.note('forgotten', `scan ${scanId} was confirmed and is ${seen.data.status}`);
  return seen?.data?.loginCode as string | undefined;
}

/** Somebody new, whose browser goes to WeChat and comes back twice at once. */
export const byRedirect: Entrance = async (talk) => {
  const { simulator, ledger } = talk.at;
  const { name } = stranger(simulator);
  const who = browser(talk.at.clients[0]!);
  const begun = await talk.ask('redirect begun', (client) =>
    who.open('/api/v1/auth/wechat/website/authorize?returnTo=/there', { via: client }),
  );
  if (begun?.status !== 302) return [];

  // A redirect whose replica died over it begins once more by itself.
  for (let [place, tries] = [placeOf(begun), 2]; tries > 0; tries--) {
    const callback = (await simulator.consent(place.href, { person: name }))!;
    const places = await talk.askTwice(
      'redirect back',
      async (client) => told(await who.open(callback, { via: client })),
      ['state_invalid', 'wechat_code_used'],
    );
    const codes = new Set(places.map((answer) => placeOf(answer).searchParams.get('loginCode')));
    codes.delete(null);
    if (codes.size > 1) ledger.note('forked', `${name} came back with ${codes.size} login codes`);
    if (codes.size > 0)
      return (await Promise.all([...codes].map((code) => exchange(talk, name, code!)))).flat();
    if (!places[0]) return [];
    place = placeOf(places[0]);
  }
  return [];
};

/** Shows a login code twice at once. */
async function exchange(talk: Conversation, person: string, loginCode: string): Promise<KeptSession[]> {
  const answers = await talk.askTwice(
    'login code exchanged',
    (client) => client.api('POST', '/auth/token', { loginCode }),
    ['login_code_invalid'],
  );
  if (answers.length > 1) talk.at.ledger.note('forked', `a login code of ${person} served twice`);
  return answers.map(({ data }) => talk.at.ledger.open(person, data));
}

async function openMiniProgram(
  talk: Conversation,
  someone: ReturnType<typeof stranger>,
): Promise<KeptSession | undefined> {
  const body = { code: await someone.code(), appId: miniProgram.appId };
  const answer = await talk.ask('login', (client) => client.api('POST', '/auth/wechat/mini-program', body));
  return answer?.status === 200 ? talk.at.ledger.open(someone.name, answer.data) : undefined;
}

async function register(talk: Conversation) {
  const account = {
    username: `someone-${randomBytes(6).toString('hex')}`,
    password: randomBytes(12).toString('base64url'),
  };
  const answer = await talk.ask('registration', (client) => client.api('POST', '/auth/register', account));
  if (answer?.status !== 201) return undefined;
  talk.at.ledger.register(account, answer.data);
  return account;
}

/** What a browser is sent on with, as an answer. */
function told(answer: Answer): Answer {
  const error = placeOf(answer).searchParams.get('error');
  if (error === null) return answer;
  return { ...answer, status: error.endsWith('_unavailable') ? 503 : 401, error };
}
