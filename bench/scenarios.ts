import type { Lane } from './load.js';
import { paths } from './paths.js';
import { codeFor, logInPeople, newPerson, returningPerson, type Tokens } from './people.js';

export interface Scenario {
  name: string;
  about: string;
  /** Whether the floor also runs in the form that checks each signature anew. */
  bearer: boolean;
  /** One lane a connection, logged in at the target where the scenario needs it. */
  lanes(url: string, connections: number): Promise<Lane[]>;
}

const json = { 'content-type': 'application/json' };

export const scenarios: Scenario[] = [
  {
    name: 'me',
    about: 'GET /users/me, a different user on each connection',
    bearer: true,
    lanes: async (url, connections) => (await logInPeople(url, connections)).map(bearerGet(paths.me)),
  },
  {
    name: 'verify',
    about: 'GET /auth/verify, a different user on each connection',
    bearer: true,
    lanes: async (url, connections) => (await logInPeople(url, connections)).map(bearerGet(paths.verify)),
  },
  {
    name: 'refresh',
    about: 'POST /auth/refresh, each with the token that the answer before gave',
    bearer: false,
    lanes: async (url, connections) => (await logInPeople(url, connections)).map(refreshing),
  },
  {
    name: 'login',
    about: 'POST /auth/wechat/mini-program by people who have been here before',
    bearer: false,
    lanes: async (_url, connections) => sameLanes(connections, () => loggingIn(returningPerson)),
  },
  {
    name: 'first-login',
    about: 'POST /auth/wechat/mini-program by people never seen',
    bearer: false,
    lanes: async (_url, connections) => sameLanes(connections, () => loggingIn(newPerson)),
  },
];

function sameLanes(count: number, make: () => Lane): Lane[] {
  return Array.from({ length: count }, make);
}

function bearerGet(path: string) {
  return ({ accessToken }: Tokens): Lane => ({
    next: () => ({ method: 'GET', path, headers: { authorization: `Bearer ${accessToken}` } }),
    isConstant: true,
  });
}

export function loggingIn(person: () => string): Lane {
  return {
    next: () => ({
      method: 'POST',
      path: paths.login,
      headers: json,
      body: JSON.stringify({ code: codeFor(person()) }),
    }),
  };
}

function refreshing({ refreshToken }: Tokens): Lane {
  let token = refreshToken;
  return {
    next: () => ({
      method: 'POST',
      path: paths.refresh,
      headers: json,
      body: JSON.stringify({ refreshToken: token }),
    }),
    answered: (status, body) => {
      if (status === 200) token = (JSON.parse(body) as { data: Tokens }).data.refreshToken;
    },
  };
}
