import type { FastifyInstance } from 'fastify';
import { openApiDocument } from '../../src/platform/http/docs.js';
import { embedded } from '../support/backends.js';
import { Machine } from '../support/machine.js';
import { newOperator, setStanding } from '../support/operators.js';
import { type RunningService, startService } from '../support/start-service.js';

/** Whom a route lets through; all that a caller may be beside is refused. */
type Access =
  | 'everybody'
  | 'whoever is logged in'
  | 'admin'
  | 'admin and auditor'
  | 'clients of scope introspect'
  | 'clients of scope revoke';

/** The whole table: a route that is not here fails the test, and so does one that is no more. */
const accessOf: Record<string, Access> = {
  'GET /.well-known/jwks.json': 'everybody',
  'GET /api/v1/admin/audit-log': 'admin and auditor',
  'GET /api/v1/admin/blocks': 'admin',
  'POST /api/v1/admin/blocks': 'admin',
  'DELETE /api/v1/admin/blocks/{id}': 'admin',
  'GET /api/v1/admin/merges': 'admin',
  'POST /api/v1/admin/merges/{id}/undo': 'admin',
  'GET /api/v1/admin/stats': 'admin and auditor',
  'GET /api/v1/admin/users': 'admin',
  'GET /api/v1/admin/users/{id}': 'admin',
  'PATCH /api/v1/admin/users/{id}': 'admin',
  'DELETE /api/v1/admin/users/{id}/sessions': 'admin',
  'POST /api/v1/auth/login': 'everybody',
  'POST /api/v1/auth/login-codes': 'whoever is logged in',
  'POST /api/v1/auth/logout': 'whoever is logged in',
  'POST /api/v1/auth/refresh': 'everybody',
  'POST /api/v1/auth/register': 'everybody',
  'POST /api/v1/auth/scans': 'everybody',
  'DELETE /api/v1/auth/scans/{scanId}': 'everybody',
  'GET /api/v1/auth/scans/{scanId}': 'everybody',
  'POST /api/v1/auth/scans/{scanId}/confirm': 'whoever is logged in',
  'GET /api/v1/auth/scans/{scanId}/events': 'everybody',
  'GET /api/v1/auth/scans/{scanId}/qr.png': 'everybody',
  'GET /api/v1/auth/scans/{scanId}/qr.svg': 'everybody',
  'POST /api/v1/auth/scans/{scanId}/reject': 'whoever is logged in',
  'GET /api/v1/auth/scans/{scanId}/request': 'whoever is logged in',
  'POST /api/v1/auth/scans/{scanId}/scanned': 'whoever is logged in',
  'GET /api/v1/auth/scans/{scanId}/socket': 'everybody',
  'POST /api/v1/auth/token': 'everybody',
  'GET /api/v1/auth/verify': 'whoever is logged in',
  'POST /api/v1/auth/wechat/mini-program': 'everybody',
  'POST /api/v1/auth/wechat/mobile': 'everybody',
  'GET /api/v1/auth/wechat/official-account/authorize': 'everybody',
  'GET /api/v1/auth/wechat/official-account/callback': 'everybody',
  'GET /api/v1/auth/wechat/website/authorize': 'everybody',
  'GET /api/v1/auth/wechat/website/callback': 'everybody',
  'DELETE /api/v1/sessions': 'whoever is logged in',
  'GET /api/v1/sessions': 'whoever is logged in',
  'DELETE /api/v1/sessions/{id}': 'whoever is logged in',
  'DELETE /api/v1/users/me': 'whoever is logged in',
  'GET /api/v1/users/me': 'whoever is logged in',
  'PATCH /api/v1/users/me': 'whoever is logged in',
  'GET /api/v1/users/me/export': 'whoever is logged in',
  'GET /api/v1/users/me/identities': 'whoever is logged in',
  'POST /api/v1/users/me/identities': 'whoever is logged in',
  'POST /api/v1/users/me/identities/authorize': 'whoever is logged in',
  'DELETE /api/v1/users/me/identities/{id}': 'whoever is logged in',
  'PUT /api/v1/users/me/password': 'whoever is logged in',
  'POST /api/v1/users/me/phone': 'whoever is logged in',
  'POST /api/v1/users/me/wechat-data': 'whoever is logged in',
  'GET /health': 'everybody',
  'GET /health/live': 'everybody',
  'GET /health/ready': 'everybody',
  'GET /metrics': 'everybody',
  'POST /oauth/introspect': 'clients of scope introspect',
  'POST /oauth/revoke': 'clients of scope revoke',
  'GET /wechat/push/{appId}': 'everybody',
  'POST /wechat/push/{appId}': 'everybody',
};

/** What stands beside the API: pages and what they are made of, read by everybody. */
const besides = [/^\/$/, /^\/login(\/confirm|\/assets\/.+)?$/, /^\/docs(\/|$)/];

const administers = new Machine('console', 'a secret of the console', 'admin');
const introspects = new Machine('gateway', 'a secret of the gateway', 'introspect+revoke');

interface Asked {
  method: string;
  path: string;
  body?: string;
}
/** What a caller shows with a request. */
type Shows = (asked: Asked) => Promise<Record<string, string>> | Record<string, string>;

const loggedIn = ['user', 'auditor', 'admin'] as const;
const strangers = ['a locked user', 'an ended session'] as const;
const machines = {
  'a client of scope admin': administers.basic.bind(administers),
  'a signed request of scope admin': ({ method, path, body }: Asked) =>
    administers.signed(method, path, body),
  'a client of other scopes': introspects.basic.bind(introspects),
  'a signed request of other scopes': ({ method, path, body }: Asked) =>
    introspects.signed(method, path, body),
} satisfies Record<string, Shows>;
type Who = 'nobody' | (typeof loggedIn)[number] | (typeof strangers)[number] | keyof typeof machines;
const everyone: Who[] = [
  'nobody',
  ...loggedIn,
  ...strangers,
  ...(Object.keys(machines) as (keyof typeof machines)[]),
];

const unauthenticated = '401 unauthenticated';
const ended = '401 session_ended';
const forbidden = '403 forbidden';
const refusals = [unauthenticated, ended, forbidden, '401 token_invalid', '401 invalid_client'];

/** How the route must answer, or that it must let the caller through to whatever it says then. */
function verdict(access: Access, who: Who): string {
  const isStranger = (strangers as readonly string[]).includes(who);
  const isMachine = who in machines;
  if (access === 'everybody') return 'passes';
  if (access.startsWith('clients')) {
    if (!isMachine) return '401 invalid_client';
    return who.endsWith('other scopes') ? 'passes' : '403 insufficient_scope';
  }
  if (who === 'nobody') return unauthenticated;
  if (isStranger) return ended;
  if (access === 'whoever is logged in') return isMachine ? unauthenticated : 'passes';
  if (isMachine) return who.endsWith('scope admin') ? 'passes' : forbidden;
  return who === 'admin' || access.includes(who) ? 'passes' : forbidden;
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const pathOf = (route: string) => route.split(' ')[1]!;
const takesBody = (method: string) => ['POST', 'PUT', 'PATCH'].includes(method);
const bodyOf = (path: string) => (path.startsWith('/oauth/') ? 'nonsense=1' : '{}');

describe('the whole route table', () => {
  let service: RunningService;
  let standing: Record<(typeof strangers)[number], string>;
  beforeAll(async () => {
    service = await startService(embedded, {
      env: { API_CLIENTS: `${administers.entry},${introspects.entry}` },
    });
    // So that no other is the last one.
    await newOperator(service, 'admin');
    standing = { 'a locked user': await lockedAdmin(), 'an ended session': await endedAdmin() };
  });
  afterAll(() => service?.close());

  async function lockedAdmin(): Promise<string> {
    const { accessToken, user } = await newOperator(service, 'admin');
    await setStanding(service, user.id, { status: 'locked' });
    return accessToken;
  }

  async function endedAdmin(): Promise<string> {
    const { accessToken } = await newOperator(service, 'admin');
    await service.api('POST', '/auth/logout', undefined, { token: accessToken });
    return accessToken;
  }

  /** Whoever is logged in is somebody new each time: some routes end sessions, or people. */
  async function shows(who: Who, asked: Asked): Promise<Record<string, string>> {
    if (who === 'nobody') return {};
    if (who in machines) return machines[who as keyof typeof machines](asked);
    if (who in standing) return bearer(standing[who as keyof typeof standing]);
    return bearer((await newOperator(service, who as (typeof loggedIn)[number])).accessToken);
  }

  async function send(asked: Asked, headers: Record<string, string>) {
    const { method, path, body } = asked;
    const type = path.startsWith('/oauth/') ? 'application/x-www-form-urlencoded' : 'application/json';
    const response = await fetch(service.base + path, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': type }) },
      body,
    });
    const text = await response.text();
    return { status: response.status, words: wordsOf(response.status, text), headers: response.headers };
  }

  const ask = async (who: Who, asked: Asked) => send(asked, await shows(who, asked));

  it('is known to this test, route by route', () => {
    const { paths } = openApiDocument(service.app);
    const routes = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.sort()).toEqual(Object.keys(accessOf).sort());
  });

  it('has no path beside the API and the pages', () => {
    const server: FastifyInstance = service.app.getHttpAdapter().getInstance();
    const known = new Set(
      Object.keys(accessOf).map((route) => pathOf(route).replaceAll(/\{(\w+)\}/g, ':$1')),
    );
    const paths = pathsOf(server.printRoutes({ commonPrefix: false }));
    expect(paths).toEqual(expect.arrayContaining([...known]));
    const unknown = paths.filter((path) => !known.has(path) && !besides.some((form) => form.test(path)));
    expect(unknown).toEqual([]);
  });

  describe.each(Object.entries(accessOf))('%s', (route, access) => {
    const [method = ''] = route.split(' ');
    const path = pathOf(route).replaceAll(/\{\w+\}/g, 'x');
    const asked: Asked = { method, path, ...(takesBody(method) ? { body: bodyOf(path) } : {}) };

    it(`is for ${access}`, async () => {
      const nobody = await ask('nobody', asked);
      for (const who of everyone) {
        const { words } = await ask(who, asked);
        const wanted = verdict(access, who);
        // What is for everybody does not care who asks.
        if (access === 'everybody') expect([who, words]).toEqual([who, nobody.words]);
        else if (wanted === 'passes')
          expect([who, refusals.includes(words), words]).toEqual([who, false, words]);
        else expect([who, words]).toEqual([who, wanted]);
      }
    });

    if (method === 'GET')
      it('answers HEAD as it answers GET', async () => {
        for (const who of everyone) {
          const [get, head] = [await ask(who, asked), await ask(who, { ...asked, method: 'HEAD' })];
          expect([who, head.status]).toEqual([who, get.status]);
        }
      });
  });

  describe.each([...new Set(Object.keys(accessOf).map(pathOf))])('%s', (path) => {
    const own = Object.keys(accessOf)
      .filter((route) => pathOf(route) === path)
      .map((route) => route.split(' ')[0]!);
    const allowed = own.includes('GET') ? [...own, 'HEAD'] : own;
    const others = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
      (method) => !allowed.includes(method),
    );

    it(`answers 405 to all but ${allowed.join(', ')}, whoever asks`, async () => {
      for (const method of others)
        for (const who of ['nobody', 'user', 'admin', 'a client of scope admin'] as const) {
          const answer = await ask(who, { method, path: path.replaceAll(/\{\w+\}/g, 'x') });
          expect([method, who, answer.status]).toEqual([method, who, 405]);
          expect(answer.headers.get('allow')?.split(', ')).toEqual(allowed.toSorted());
        }
    });
  });
});

/** Status and error in a line, such as `403 forbidden`. */
function wordsOf(status: number, text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: string };
    return error === undefined ? String(status) : `${status} ${error}`;
  } catch {
    return String(status);
  }
}

/** Every path of the tree that Fastify draws. */
function pathsOf(drawing: string): string[] {
  const branch: string[] = [];
  const found: string[] = [];
  for (const line of drawing.split('\n')) {
    const [, indent = '', text = '', methods] = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (text === '') continue;
    branch.length = indent.length / 4;
    branch.push(text);
    if (methods !== undefined) found.push(branch.join(''));
  }
  return [...new Set(found)];
}
