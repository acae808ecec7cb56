import { openApiDocument } from '../../src/platform/http/docs.js';
import { embedded } from '../support/backends.js';
import { browser } from '../support/browser.js';
import { Machine } from '../support/machine.js';
import { setStanding } from '../support/operators.js';
import { stranger } from '../support/person.js';
import { computer } from '../support/scan.js';
import { type RunningService, startService } from '../support/start-service.js';

/** One way into one operation: the schemes that must all be satisfied. */
interface Way {
  route: string;
  method: string;
  path: string;
  schemes: string[];
}

/** What somebody has to show: a value for each scheme that they can satisfy, and where to ask. */
interface Caller {
  has: Record<string, string>;
  path: string;
  body?: unknown;
}

const machine = new Machine('console', 'a secret of the console', 'admin+introspect+revoke');
const writes = ['POST', 'PUT', 'PATCH'];
/** Beside what only says that nothing was shown, or not enough. */
const refusals = ['unauthenticated', 'csrf_invalid', 'state_invalid', 'invalid_client', 'forbidden'];

describe('the ways in that the OpenAPI document names', () => {
  let service: RunningService;
  let document: any;
  let ways: Way[];
  beforeAll(async () => {
    service = await startService(embedded, { env: { API_CLIENTS: machine.entry } });
    document = openApiDocument(service.app);
    // So that no other is the last administrator.
    await someone();
    ways = Object.entries<any>(document.paths).flatMap(([path, operations]) =>
      Object.entries<any>(operations).flatMap(([name, { security }]) =>
        security.map((schemes: object) => {
          const method = name.toUpperCase();
          return { route: `${method} ${path}`, method, path, schemes: Object.keys(schemes) };
        }),
      ),
    );
  });
  afterAll(() => service?.close());

  /** An administrator in cookie mode, whose access token is therefore known as well. */
  async function someone(): Promise<Record<string, string>> {
    const login = await stranger(service.simulator).logIn(service, { body: { mode: 'cookie' } });
    await setStanding(service, login.data.user.id, { role: 'admin' });
    const jar = login.headers.getSetCookie().join('\n');
    const valueOf = (scheme: string) => {
      const { name } = document.components.securitySchemes[scheme];
      return new RegExp(`^${name}=([^;]*)`, 'm').exec(jar)![1]!;
    };
    const [access, refreshCookie, csrf] = ['sessionCookie', 'refreshCookie', 'csrfCookie'].map(valueOf) as [
      string,
      string,
      string,
    ];
    return { bearer: access, sessionCookie: access, refreshCookie, csrfCookie: csrf, csrfToken: csrf };
  }

  /** Whoever may call this route, with what it asks about made before. */
  async function callerOf({ route, path }: Pick<Way, 'route' | 'path'>): Promise<Caller> {
    if (isOfBrowser(path)) {
      const { scanId, scanToken, cookie } = await computer(service);
      const has = { scanToken, browserCookie: cookie.split('=')[1]! };
      return { has, path: path.replace('{scanId}', scanId) };
    }
    if (path.endsWith('/callback')) return returning(path);
    if (path.startsWith('/oauth/')) return { has: {}, path, body: 'token=nothing' };
    const has = await someone();
    const body = route === 'POST /api/v1/auth/refresh' ? {} : undefined;
    return { has, path: path.replaceAll(/\{\w+\}/g, 'x'), body };
  }

  /** A browser that WeChat sends back. */
  async function returning(path: string): Promise<Caller> {
    const who = browser(service);
    const begun = await who.open(path.replace('callback', 'authorize'));
    const callback = await service.simulator.consent(begun.headers.get('location')!, {
      person: `back ${Math.random()}`,
    });
    const { pathname, search } = new URL(callback!);
    return { has: { browserCookie: [...who.cookies.values()][0]! }, path: pathname + search };
  }

  function shown({ method, schemes }: Way, { has, path, body }: Caller): Record<string, string> {
    const text = typeof body === 'string' ? body : body === undefined ? '{}' : JSON.stringify(body);
    const headers: Record<string, string> = {};
    for (const name of schemes) {
      const scheme = document.components.securitySchemes[name];
      if (name === 'client') Object.assign(headers, machine.basic());
      else if (name === 'signedRequest')
        Object.assign(headers, machine.signed(method, path, writes.includes(method) ? text : ''));
      else if (scheme.type === 'http') headers.authorization = `Bearer ${has[name]}`;
      else if (scheme.in === 'header') headers[scheme.name] = has[name]!;
      else headers.cookie = [headers.cookie, `${scheme.name}=${has[name]}`].filter(Boolean).join('; ');
    }
    return headers;
  }

  async function ask(way: Way, schemes = way.schemes) {
    const caller = await callerOf(way);
    const isForm = way.path.startsWith('/oauth/');
    const response = await fetch(service.base + caller.path, {
      method: way.method,
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
      headers: {
        accept: 'application/json',
        ...shown({ ...way, schemes }, caller),
        ...(writes.includes(way.method) && {
          'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json',
        }),
      },
      ...(writes.includes(way.method) && {
        body: typeof caller.body === 'string' ? caller.body : JSON.stringify(caller.body ?? {}),
      }),
    });
    // A stream goes on for as long as its scan.
    if (response.headers.get('content-type')?.includes('event-stream')) {
      await response.body?.cancel();
      return { status: response.status, error: undefined };
    }
    const text = await response.text();
    return { status: response.status, error: /"error":"(\w+)"/.exec(text)?.[1] };
  }

  it('let their callers in, each by itself', async () => {
    const proving = ways.filter(({ schemes, path }) => schemes.length > 0 && !path.endsWith('/socket'));
    expect(proving.length).toBeGreaterThan(100);
    for (const way of proving) {
      const { status, error } = await ask(way);
      const isRefused = refusals.includes(error ?? '') || (isOfBrowser(way.path) && status === 404);
      expect([way.route, way.schemes, status, error, isRefused]).toEqual([
        way.route,
        way.schemes,
        status,
        error,
        false,
      ]);
    }
  }, 60_000);

  it('are all that there are: with none of them nobody gets in, and with half of one neither', async () => {
    const closed = ways.filter(({ route, path }) => {
      const own = ways.filter((way) => way.route === route);
      return own.every(({ schemes }) => schemes.length > 0) && !path.endsWith('/socket');
    });
    for (const way of closed) {
      for (const part of [[], ...way.schemes.slice(1).map((_, i) => way.schemes.slice(0, i + 1))]) {
        const { status, error } = await ask(way, part);
        const isRefused = refusals.includes(error ?? '') || (isOfBrowser(way.path) && status === 404);
        expect([way.route, part, status, error, isRefused]).toEqual([way.route, part, status, error, true]);
      }
    }
  }, 60_000);
});

/** Of the browser that began a scan: whoever else asks is told that there is none. */
function isOfBrowser(path: string): boolean {
  return /\/scans\/\{scanId\}(\/events|\/qr\..*)?$/.test(path);
}
