import { FakeService } from '../../test/fake-service.js';
import { FakeStorage } from '../../test/fake-storage.js';
import { Api } from '../api.js';
import { sha256 } from '../pkce.js';
import { PendingLogins } from './pending-login.js';
import { RedirectLogin } from './redirect-login.js';

const app = 'https://app.example.test/shop?page=2#/cart?step=1';

let service: FakeService;

beforeEach(async () => {
  service = await FakeService.start();
});

afterEach(() => service.stop());

/** A tab: what is in its address, and its own storage. */
function openTab(href: string, storage = new FakeStorage()) {
  const tab = { href, went: undefined as URL | undefined };
  const page = {
    location: {
      get href() {
        return tab.href;
      },
      assign: (url: string | URL) => void (tab.went = new URL(url)),
    },
    history: {
      state: null,
      replaceState: (_state: unknown, _title: string, url?: string | URL | null) =>
        void (tab.href = String(url)),
    },
  };
  const api = new Api({ baseUrl: service.url });
  const login = new RedirectLogin(api, { mode: 'token' }, page, new PendingLogins(storage));
  return { tab, login, storage };
}

async function leave(options?: Parameters<RedirectLogin['begin']>[0]) {
  const { tab, login, storage } = openTab(app);
  await login.begin(options);
  return { query: Object.fromEntries(tab.went!.searchParams), went: tab.went!, storage };
}

describe('leaving to log in', () => {
  it('goes to the service’s page, with a challenge, and means to come back to where it was', async () => {
    const { went, query } = await leave();
    expect(went.pathname).toBe('/login');
    expect(query).toEqual({ returnTo: app, codeChallenge: expect.stringMatching(/^[\w-]{43}$/) });
  });

  it('goes to the door that is asked for, with what that door takes', async () => {
    const { went, query } = await leave({
      door: 'official-account',
      scope: 'snsapi_userinfo',
      appId: 'wx1',
      returnTo: '/a',
    });
    expect(went.pathname).toBe('/api/v1/auth/wechat/official-account/authorize');
    expect(query).toMatchObject({ scope: 'snsapi_userinfo', appId: 'wx1', returnTo: '/a' });
    expect(query).not.toHaveProperty('door');
  });

  it('does not come back to an old arrival', async () => {
    const { tab, login } = openTab('https://app.example.test/?error=access_denied&a=1#/x');
    await login.begin();
    expect(tab.went!.searchParams.get('returnTo')).toBe('https://app.example.test/?a=1#/x');
  });
});

describe('coming back', () => {
  const arrival = 'https://app.example.test/shop?page=2&loginCode=code#/cart?step=1';

  it('exchanges the code with the verifier of the challenge, and leaves the address as it was, hash route and all', async () => {
    const { query, storage } = await leave();
    const { tab, login } = openTab(arrival, storage);
    expect(await login.complete()).toMatchObject({ accessToken: service.session.accessToken });
    expect(tab.href).toBe(app);
    const { body } = service.calls[0]!;
    expect(body.loginCode).toBe('code');
    expect(await sha256(body.codeVerifier)).toBe(query.codeChallenge);
    expect(storage.length).toBe(0);
  });

  it('is nothing on a page that no login ends at', async () => {
    const { tab, login } = openTab(app);
    expect(await login.complete()).toBeUndefined();
    expect(tab.href).toBe(app);
    expect(service.calls).toEqual([]);
  });

  it('outlasts a service that is away, on a further call or after a reload', async () => {
    const { storage } = await leave();
    const path = '/api/v1/auth/token';
    const first = openTab(arrival, storage);
    service.faults.push({ path, status: 0 }, { path, status: 503 });
    expect(await first.login.complete()).toMatchObject({ sessionId: 's1' });
    expect(service.countOf('POST', path)).toBe(3);
    expect(new Set(service.calls.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('goes on after a reload in the middle of the exchange', async () => {
    const { storage } = await leave();
    const before = openTab(arrival, storage);
    service.faults.push({ path: '/api/v1/auth/token', status: 0 });
    const lost = before.login.complete();
    const { tab, login } = openTab(before.tab.href, storage);
    expect(await login.complete()).toMatchObject({ sessionId: 's1' });
    expect(tab.href).toBe(app);
    await lost;
  });

  it('with an error throws it, cleans the address and forgets the login', async () => {
    const { storage } = await leave();
    const { tab, login } = openTab('https://app.example.test/?error=access_denied#/cart', storage);
    await expect(login.complete()).rejects.toMatchObject({ error: 'access_denied' });
    expect(tab.href).toBe('https://app.example.test/#/cart');
    expect(storage.length).toBe(0);
  });

  it('an error that is the page’s own stays in its address', async () => {
    const { tab, login } = openTab('https://app.example.test/?error=mine');
    expect(await login.complete()).toBeUndefined();
    expect(tab.href).toBe('https://app.example.test/?error=mine');
  });

  it('a code that this tab never asked for is refused unless it is expected', async () => {
    const stranger = openTab(arrival);
    await expect(stranger.login.complete()).rejects.toMatchObject({ error: 'login_not_begun_here' });
    expect(service.calls).toEqual([]);
    const expecting = openTab(arrival);
    expect(await expecting.login.complete({ unsolicited: true })).toMatchObject({ sessionId: 's1' });
    expect(service.calls[0]!.body).not.toHaveProperty('codeVerifier');
  });
});
