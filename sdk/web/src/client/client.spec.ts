import { FakeService } from '../../test/fake-service.js';
import { FakeStorage } from '../../test/fake-storage.js';
import { until } from '../../test/until.js';
import type { WxpassError } from '../wxpass-error.js';
import { WxpassClient, type ClientOptions } from './client.js';
import { localStore, type SessionStore } from './session-store.js';

const me = '/api/v1/users/me';
const refresh = '/api/v1/auth/refresh';

let service: FakeService;
let stranger: FakeService;
let shared: FakeStorage;
const clients: WxpassClient[] = [];

beforeEach(async () => {
  service = await FakeService.start();
  stranger = await FakeService.start();
  shared = new FakeStorage();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await service.stop();
  await stranger.stop();
});

/** A tab of one origin: what the tabs share is their storage. */
function openTab(options: ClientOptions = {}) {
  const client = new WxpassClient({
    baseUrl: service.url,
    storage: localStore('session', shared),
    ...options,
  });
  clients.push(client);
  const reasons: string[] = [];
  client.onSignedOut((reason) => reasons.push(reason));
  return { client, reasons };
}

async function signedIn(options?: ClientOptions) {
  const tab = openTab(options);
  await tab.client.accept(service.tokens());
  return tab;
}

const statusOf = async (answer: Promise<Response>) => (await answer).status;
const isNetworkError = { error: 'network_error' } satisfies Partial<WxpassError>;

describe('a request', () => {
  it('shows the access token to the service and to nobody else', async () => {
    const { client } = await signedIn();
    stranger.session = service.session;
    expect(await statusOf(client.fetch(me))).toBe(200);
    await client.fetch(`${stranger.url}${me}`);
    expect(stranger.calls[0]!.headers.authorization).toBeUndefined();
    const { client: friend } = await signedIn({ origins: [stranger.url] });
    await friend.fetch(`${stranger.url}${me}`);
    expect(stranger.calls[1]!.headers.authorization).toBe(`Bearer ${service.session.accessToken}`);
  });

  it('leaves alone what the caller says of himself', async () => {
    const { client } = await signedIn();
    await client.fetch(me, { headers: { authorization: 'Bearer other' } });
    expect(service.calls.at(0)!.headers.authorization).toBe('Bearer other');
  });

  it('that meets an expired token is sent once more, body and all', async () => {
    const { client } = await signedIn();
    service.expireAccessToken();
    const response = await client.fetch('/api/v1/echo', { method: 'POST', body: '{"a":1}' });
    expect(await response.json()).toMatchObject({ data: { a: 1 } });
    expect(service.calls.map(({ path }) => path)).toEqual(['/api/v1/echo', refresh, '/api/v1/echo']);
  });

  it('of nobody stays nobody’s: there is nothing to refresh', async () => {
    const { client, reasons } = openTab();
    expect(await statusOf(client.fetch(me))).toBe(401);
    expect(service.countOf('POST', refresh)).toBe(0);
    expect(reasons).toEqual([]);
  });
});

describe('a refresh', () => {
  it('is one for a hundred requests that meet an expired token at once', async () => {
    const { client } = await signedIn();
    service.expireAccessToken();
    const answers = await Promise.all(Array.from({ length: 100 }, () => statusOf(client.fetch(me))));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(service.countOf('POST', refresh)).toBe(1);
    expect(service.countOf('GET', me)).toBe(200);
  });

  it('is one for all tabs where the browser has locks', async () => {
    const tabs = [await signedIn(), openTab(), openTab()];
    const undo = withLocks();
    service.expireAccessToken();
    const answers = await Promise.all(tabs.flatMap(({ client }) => [client.fetch(me), client.fetch(me)]));
    undo();
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(service.countOf('POST', refresh)).toBe(1);
  });

  it('of tabs that race without locks gives them the same tokens', async () => {
    const tabs = [await signedIn(), openTab(), openTab()];
    service.expireAccessToken();
    const answers = await Promise.all(tabs.map(({ client }) => statusOf(client.fetch(me))));
    expect(answers).toEqual([200, 200, 200]);
    const keys = service.calls
      .filter(({ path }) => path === refresh)
      .map(({ headers }) => headers['idempotency-key']);
    expect(keys.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(1);
    for (const { reasons } of tabs) expect(reasons).toEqual([]);
  });

  it('whose answer is lost is asked for again under the same key', async () => {
    const { client, reasons } = await signedIn();
    service.expireAccessToken();
    service.faults.push({ path: refresh, status: 0 }, { path: refresh, status: 503 });
    expect(await statusOf(client.fetch(me))).toBe(200);
    expect(service.countOf('POST', refresh)).toBe(3);
    expect(reasons).toEqual([]);
  });

  it('that cannot reach the service fails the request and keeps the person', async () => {
    const { client, reasons } = await signedIn();
    service.expireAccessToken();
    for (let i = 0; i < 20; i++) service.faults.push({ path: refresh, status: 0 });
    await expect(client.fetch(me)).rejects.toMatchObject(isNetworkError);
    expect(reasons).toEqual([]);
    service.faults.length = 0;
    expect(await statusOf(client.fetch(me))).toBe(200);
  }, 20_000);

  it('of a session that is over tells why, once, and the request keeps its answer', async () => {
    const { client, reasons } = await signedIn();
    service.expireAccessToken();
    service.endedBecause = undefined;
    service.session = { accessToken: 'x', refreshToken: 'y' };
    const answers = await Promise.all([client.fetch(me), client.fetch(me)]);
    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(reasons).toEqual(['unknown']);
    expect(await client.isSignedIn()).toBe(false);
  });

  it('does not bring back who logged out meanwhile', async () => {
    const { client } = await signedIn({ storage: slowStore() });
    service.expireAccessToken();
    const request = client.fetch(me);
    await until(() => service.countOf('POST', refresh) === 1);
    await client.logout().catch(() => undefined);
    await request;
    expect(await client.isSignedIn()).toBe(false);
  });
});

describe('the end of a session', () => {
  it.each(['kicked', 'replaced', 'expired', 'merged', 'user_locked'])(
    'is told with its reason: %s',
    async (reason) => {
      const { client, reasons } = await signedIn();
      service.endedBecause = reason;
      await Promise.all([client.fetch(me), client.fetch(me), client.fetch(me)]);
      expect(reasons).toEqual([reason]);
      expect(await client.accessToken()).toBeUndefined();
    },
  );

  it('is told in all tabs, and nowhere twice', async () => {
    const tabs = [await signedIn(), openTab(), openTab()];
    await tabs[1]!.client.isSignedIn();
    await tabs[0]!.client.logout();
    await until(() => tabs.every(({ reasons }) => reasons.length === 1));
    expect(tabs.map(({ reasons }) => reasons)).toEqual([['logged_out'], ['logged_out'], ['logged_out']]);
    expect(service.countOf('POST', '/api/v1/auth/logout')).toBe(1);
  });

  it('is told in a tab that did not hear of the login before it', async () => {
    const [one, other] = [await signedIn(), openTab()];
    await other.client.accept({ ...service.tokens(), sessionId: 's2' });
    await other.client.logout();
    await until(() => one.reasons.length === 1);
    expect(one.reasons).toEqual(['logged_out']);
    expect(await one.client.isSignedIn()).toBe(false);
  });

  it('is nothing to a tab with a session of its own', async () => {
    const [one, other] = [await signedIn({ storage: 'memory' }), openTab({ storage: 'memory' })];
    await other.client.accept({ ...service.tokens(), sessionId: 's2' });
    await one.client.logout();
    await until(() => one.reasons.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other.reasons).toEqual([]);
    expect(await other.client.isSignedIn()).toBe(true);
  });

  it('that an old request reports is nothing to the session that came after it', async () => {
    const store = localStore('session', shared);
    const { client, reasons } = await signedIn({
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        if (response.status === 401) {
          service.endedBecause = undefined;
          await store.write({
            sessionId: 's2',
            accessToken: service.session.accessToken,
            expiresAt: Date.now() + 1e6,
          });
        }
        return response;
      },
    });
    service.endedBecause = 'replaced';
    expect(await statusOf(client.fetch(me))).toBe(200);
    expect(reasons).toEqual([]);
    expect(await client.isSignedIn()).toBe(true);
  });

  it('is a logout for this browser even where the service cannot be told, and the caller learns of it', async () => {
    const { client, reasons } = await signedIn();
    service.faults.push({ path: '/api/v1/auth/logout', status: 0 });
    await expect(client.logout()).rejects.toThrow();
    expect(reasons).toEqual(['logged_out']);
    expect(await client.isSignedIn()).toBe(false);
  });

  it('is told to who logs out of what is gone already', async () => {
    const { client, reasons } = openTab();
    await client.logout();
    expect(reasons).toEqual(['logged_out']);
    expect(service.calls).toEqual([]);
  });

  it('a logout with an expired token ends the session at the service', async () => {
    const { client, reasons } = await signedIn();
    service.expireAccessToken();
    await client.logout();
    expect(service.endedBecause).toBe('logged_out');
    expect(reasons).toEqual(['logged_out']);
  });
});

describe('a store', () => {
  it.each(['', '{', 'null', '"text"', '{"sessionId":1}'])('with %j in it has no session', async (text) => {
    shared.setItem('session', text);
    const { client } = openTab();
    expect(await client.isSignedIn()).toBe(false);
    await client.accept(service.tokens());
    expect(await statusOf(client.fetch(me))).toBe(200);
  });

  it('that the browser refuses is kept in the page', async () => {
    const { client } = await signedIn({ storage: 'local' });
    expect(await statusOf(client.fetch(me))).toBe(200);
    expect(await openTab({ storage: 'local' }).client.isSignedIn()).toBe(false);
  });
});

describe('cookie mode', () => {
  /** As a browser: the cookies go along, and the access cookie is gone once it is over. */
  function openCookieTab() {
    const jar = { csrf: 'csrf', access: service.session.accessToken };
    const browserFetch: typeof fetch = async (input, init) => {
      const request = new Request(input, init);
      if (jar.access !== '') request.headers.set('cookie', `wxpass_access=${jar.access}`);
      const response = await fetch(request);
      if (request.url.endsWith(refresh) && response.ok) jar.access = service.session.accessToken;
      return response;
    };
    const cookies = () => (jar.csrf === '' ? 'theme=dark' : `theme=dark; __Host-wxpass_csrf=${jar.csrf}`);
    return { jar, ...openTab({ mode: 'cookie', fetch: browserFetch, cookies }) };
  }

  it('shows the CSRF token where something is changed, and never a Bearer token', async () => {
    const { client } = openCookieTab();
    await client.fetch(me);
    await client.fetch(me, { method: 'PATCH', body: '{}' });
    expect(service.calls.map(({ headers }) => headers['x-csrf-token'])).toEqual([undefined, 'csrf']);
    expect(service.calls.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
  });

  it('refreshes once for a hundred requests whose access cookie is gone', async () => {
    const { client, jar } = openCookieTab();
    jar.access = '';
    const answers = await Promise.all(Array.from({ length: 100 }, () => statusOf(client.fetch(me))));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(service.countOf('POST', refresh)).toBe(1);
    expect(shared.getItem('session')).not.toContain(service.session.accessToken);
  });

  it('asks for nothing where nobody is logged in', async () => {
    const { client, jar } = openCookieTab();
    Object.assign(jar, { csrf: '', access: '' });
    expect(await client.isSignedIn()).toBe(false);
    expect(await statusOf(client.fetch(me))).toBe(401);
    expect(service.countOf('POST', refresh)).toBe(0);
  });

  it('a logout that the service does not hear of has not happened', async () => {
    const { client, reasons } = openCookieTab();
    service.faults.push({ path: '/api/v1/auth/logout', status: 503 });
    await expect(client.logout()).rejects.toMatchObject({ status: 503 });
    expect(reasons).toEqual([]);
    expect(await client.isSignedIn()).toBe(true);
  });
});

/** A browser's locks: one at a time by name. */
function withLocks(): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  let last: Promise<unknown> = Promise.resolve();
  const request = (_name: string, work: () => Promise<unknown>) => (last = last.then(work, work));
  Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true });
  return () => {
    if (before) Object.defineProperty(globalThis, 'navigator', before);
    else delete (globalThis as { navigator?: unknown }).navigator;
  };
}

/** As IndexedDB might be. */
function slowStore(): SessionStore {
  const store = localStore('session', shared);
  const soon = () => new Promise((resolve) => setTimeout(resolve, 2));
  return {
    read: () => soon().then(() => store.read()),
    write: (session) => soon().then(() => store.write(session)),
  };
}
