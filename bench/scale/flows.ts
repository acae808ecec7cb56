import { toNameCursor } from '../../src/users/name-cursor.js';
import { loggingIn } from '../scenarios.js';
import type { Lane } from '../load.js';
import { paths } from '../paths.js';
import type { Tokens } from '../people.js';
import { address, addresses, userId } from './seed/population.js';
import { randomFrom, type Random } from './seed/random.js';
import { emailOf, hasEmail, isLocked, openidOf, personName, unionidOf } from './seed/users.js';

/** Whom the requests are about, and who asks. */
export interface Cast {
  people: number;
  /** Of many who are logged in. */
  tokens: Tokens[];
  administrator: Tokens;
}

/** One kind of request; each of its lanes goes on by itself. */
export interface Flow {
  name: string;
  lane(cast: Cast, random: Random): Lane;
}

const users = '/api/v1/admin/users';
const auditLog = '/api/v1/admin/audit-log';
const stats = '/api/v1/admin/stats';
const dayMs = 86_400_000;

const asked = (name: string, path: (random: Random, people: number) => string): Flow => ({
  name,
  lane: ({ people, administrator }, random) => ({ next: () => getAs(administrator, path(random, people)) }),
});
const searched = (name: string, query: (random: Random, people: number) => Record<string, string>): Flow =>
  asked(
    `users: ${name}`,
    (random, people) => `${users}?${new URLSearchParams(query(random, people)).toString()}`,
  );
const audited = (name: string, query: (random: Random, people: number) => Record<string, string>): Flow =>
  asked(
    `audit log: ${name}`,
    (random, people) => `${auditLog}?${new URLSearchParams(query(random, people)).toString()}`,
  );

export const flows: Flow[] = [
  {
    name: 'login by mini program',
    lane: ({ people }, random) => loggingIn(() => personName(someoneWhoMayLogIn(random, people))),
  },
  {
    name: '/users/me',
    lane: ({ tokens }, random) => ({
      next: () => getAs(tokens[Math.floor(random() * tokens.length)]!, paths.me),
    }),
  },

  searched('all', () => ({})),
  searched('locked', () => ({ status: 'locked' })),
  searched('auditors', () => ({ role: 'auditor' })),
  searched('locked auditors', () => ({ role: 'auditor', status: 'locked' })),
  searched('id', (random, people) => ({ q: userId(someone(random, people)) })),
  searched('openid', (random, people) => ({ q: openidOf(someone(random, people)) })),
  searched('unionid', (random, people) => ({ q: unionidOf(someone(random, people)) })),
  searched('e-mail', (random, people) => ({ q: emailOf(someoneWithEmail(random, people)) })),
  searched('"a", which begins a tenth of all names', () => ({ q: 'a' })),
  searched('"a", a deep page', (random, people) => ({ q: 'a', cursor: placeAmong('Anna', random, people) })),
  searched('"a" + locked', () => ({ q: 'a', status: 'locked' })),
  searched('"a" + auditor', () => ({ q: 'a', role: 'auditor' })),
  searched('one whole nickname', (random) => ({ q: `Anna ${Math.floor(random() * 1e6)}` })),
  searched('emoji', () => ({ q: '小明😀' })),
  searched('a name that nobody has', () => ({ q: 'nobody is called so' })),

  audited('all', () => ({})),
  audited('userId', (random, people) => ({ userId: userId(someone(random, people)) })),
  audited('address', (random) => ({ address: address(Math.floor(random() * addresses)) })),
  audited('event', () => ({ event: 'login' })),
  audited('event + blocked', () => ({ event: 'login', blocked: 'true' })),

  asked('stats of a week by day', () => stats),
  asked('stats of a month by hour', () => {
    const from = new Date(Date.now() - 30 * dayMs).toISOString();
    return `${stats}?interval=hour&from=${from}`;
  }),
];

export function lanesOf(flow: Flow, cast: Cast, count: number): Lane[] {
  return Array.from({ length: count }, (_, i) => flow.lane(cast, randomFrom(i + 1)));
}

function getAs({ accessToken }: Tokens, path: string) {
  return { method: 'GET' as const, path, headers: { authorization: `Bearer ${accessToken}` } };
}

/** Not the administrator, who has a token to keep. */
function someone(random: Random, people: number): number {
  return 1 + Math.floor(random() * (people - 1));
}

function someoneWhoMayLogIn(random: Random, people: number): number {
  const person = someone(random, people);
  return isLocked(person) ? person - 1 : person;
}

function someoneWithEmail(random: Random, people: number): number {
  const person = someone(random, people);
  return hasEmail(person) ? person : person - (person % 10);
}

function placeAmong(given: string, random: Random, people: number): string {
  const name = `${given} ${Math.floor(random() * 1e6)}`;
  return toNameCursor({ name, id: userId(someone(random, people)) });
}
