import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import {
  startApp,
  startBelowPath,
  startHostedService,
  type App,
  type HostedService,
} from '../support/hosted-service.js';
import { phone } from '../support/scan.js';
import { miniProgram } from '../support/start-simulator.js';
import { visitor, type Visitor, type VisitorOptions } from '../support/visitor.js';

jest.setTimeout(60_000);

let browser: Browser;
let app: App;
let service: HostedService;
const visitors: Visitor[] = [];

beforeAll(async () => {
  [browser, app] = [await launchChromium(), await startApp()];
  service = await startHostedService({ RETURN_TO_ORIGINS: app.origin });
});
afterEach(async () => {
  for (const one of visitors.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
  app?.close();
});

async function visit(path: string, options?: VisitorOptions): Promise<Visitor> {
  const one = await visitor(browser, options);
  visitors.push(one);
  await one.page.goto(new URL(path, service.url).href);
  return one;
}

const title = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text }).waitFor();
const sessionsOf = (page: Page) => page.locator('.sessions > li');
const press = (page: Page, name: string) => page.getByRole('button', { name }).click();

/** Somebody at WeChat's page: the phone beside it scans and allows. */
async function allowAtWechat(page: Page): Promise<void> {
  const phone = page.frameLocator('iframe');
  await phone.locator('button[value=scan]').click();
  await phone.locator('button[value=confirm]').click();
}

/** Somebody who has logged in before, by the mini program. */
async function remember(page: Page, person: string): Promise<void> {
  const data = { code: await service.miniProgramCode(person), mode: 'cookie' };
  const answer = await page.request.post(`${service.url}/api/v1/auth/wechat/mini-program`, { data });
  expect(answer.status()).toBe(200);
}

async function makeFault(fault: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${service.url}/simulator/control/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  expect(response.status).toBe(200);
}

/** The page that the phone opens, of the code that this computer shows. */
async function confirmPath(page: Page): Promise<string> {
  await page.getByText(/Scan the QR code with WeChat|请用微信扫描二维码/).waitFor();
  const image = await page.locator('wx-login img').getAttribute('src');
  const [, scanId] = /scans\/([^/]+)\//.exec(image!)!;
  return `/login/confirm?scan=${scanId}`;
}

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const loginForApp = () =>
  `/login?returnTo=${encodeURIComponent(`${app.origin}/start?tab=1#top`)}&codeChallenge=${challenge}`;

/** What the login brought to where it was asked for. */
async function loginCodeAt(page: Page, place: string): Promise<string> {
  await page.waitForURL((url) => url.href.startsWith(place) && url.searchParams.has('loginCode'));
  return new URL(page.url()).searchParams.get('loginCode')!;
}

describe('while replicas are replaced', () => {
  it('the page of one logs in by the script and the style of another', async () => {
    const { page, complaints } = await visit('/health/live');
    await page.route(`${service.url}/login?*`, async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replace(/(\/login\/assets\/\w+)-[A-Z0-9]{8}\./g, '$1-0THERONE.');
      expect(body.match(/-0THERONE\./g)).toHaveLength(4);
      await route.fulfill({ response, body });
    });
    await page.goto(`${service.url}/login?lang=en`);
    const rules = await page.evaluate('document.styleSheets[0].cssRules.length');
    expect(rules).toBeGreaterThan(20);
    await press(page, 'Use WeChat’s own QR page');
    await allowAtWechat(page);
    await title(page, 'You are logged in');
    expect(complaints).toEqual([]);
  });
});

describe('on a computer', () => {
  it('the website door logs in, and a reload finds the same person', async () => {
    const { page, complaints } = await visit('/');
    await press(page, 'Use WeChat’s own QR page');
    await allowAtWechat(page);
    await title(page, 'You are logged in');
    expect(new URL(page.url()).search).toBe('?lang=en');
    await page.reload();
    await title(page, 'You are logged in');
    expect(complaints).toEqual([]);
  });

  it('the website door without a returnTo ends at the home page, which knows the person by cookie', async () => {
    const { page } = await visit('/health/live');
    // The page of WeChat is loaded only once its poll was answered.
    await page.goto(`${service.url}/api/v1/auth/wechat/website/authorize`, { waitUntil: 'commit' });
    await allowAtWechat(page);
    await title(page, 'You are logged in');
    expect(page.url()).toBe(`${service.url}/`);
  });

  it('a code is scanned, and a phone confirms inside WeChat', async () => {
    const { page, complaints } = await visit('/');
    const phone = await visit(await confirmPath(page), { device: 'wechat' });
    await title(phone.page, 'Confirm the login');
    await page.getByText('Please confirm on your phone').waitFor();
    await press(phone.page, 'Confirm');
    await title(phone.page, 'Login confirmed');
    await title(page, 'You are logged in');
    expect([complaints, phone.complaints]).toEqual([[], []]);
  });

  it('a login for an app ends there with a login code that its verifier opens', async () => {
    const { page } = await visit('/');
    await page.goto(service.url + loginForApp());
    await press(page, 'Use WeChat’s own QR page');
    await allowAtWechat(page);
    const loginCode = await loginCodeAt(page, `${app.origin}/start?tab=1`);
    expect(new URL(page.url()).hash).toBe('#top');
    const answer = await service.api('POST', '/auth/token', { loginCode, codeVerifier: verifier });
    expect(answer.status).toBe(200);
  });

  it('a scanned login for an app ends there as well', async () => {
    const { page } = await visit('/');
    await page.goto(service.url + loginForApp());
    const phone = await visit(await confirmPath(page), { device: 'wechat' });
    await press(phone.page, 'Confirm');
    const loginCode = await loginCodeAt(page, `${app.origin}/start?tab=1`);
    const answer = await service.api('POST', '/auth/token', { loginCode, codeVerifier: verifier });
    expect(answer.status).toBe(200);
  });

  it('a scanned login for a page of the own origin needs no verifier', async () => {
    const { page } = await visit('/login?returnTo=/health/live');
    const phone = await visit(await confirmPath(page), { device: 'wechat' });
    await press(phone.page, 'Confirm');
    const loginCode = await loginCodeAt(page, `${service.url}/health/live`);
    expect((await service.api('POST', '/auth/token', { loginCode })).status).toBe(200);
  });

  it('who is logged in goes on to the app with one click, or takes another account', async () => {
    const { page } = await visit('/');
    await remember(page, 'ada');
    await page.goto(service.url + loginForApp());
    await press(page, 'Use another account');
    await page.getByRole('button', { name: 'Use WeChat’s own QR page' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^Continue as / }).click();
    const loginCode = await loginCodeAt(page, `${app.origin}/start?tab=1`);
    const answer = await service.api('POST', '/auth/token', { loginCode, codeVerifier: verifier });
    expect(answer.status).toBe(200);
  });

  it('a failure of WeChat is told with its trace id, and passes', async () => {
    await makeFault({ path: '/cgi-bin/qrcode/create', errcode: 48001 });
    const { page } = await visit('/');
    await page.getByText(/Trace id [0-9a-f]{32}/).waitFor();
    await page.getByText('Scan the QR code with WeChat').waitFor();
  });

  it('a failure of the service is told with its trace id, and another try succeeds', async () => {
    const { page } = await visit('/');
    await remember(page, 'ada');
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const json = { code: 50301, error: 'dependency_unavailable', message: 'Away', data: null, traceId };
    await page.route('**/api/v1/users/me', (route) => route.fulfill({ status: 503, json }), { times: 1 });
    await page.reload();
    await page.getByText(`Trace id ${traceId}`).waitFor();
    await press(page, 'Try again');
    await title(page, 'You are logged in');
  });

  it('everything can be done by keyboard, and the focus goes where the page changes', async () => {
    const { page } = await visit('/');
    await remember(page, 'grace');
    await page.reload();
    await title(page, 'You are logged in');
    await page.getByRole('button', { name: 'Log out' }).focus();
    await page.keyboard.press('Enter');
    await title(page, 'Log in');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Use WeChat’s own QR page');
    await page.keyboard.press('Enter');
    await page.waitForURL(/connect\/qrconnect/, { waitUntil: 'commit' });
  });
});

describe('the own sessions', () => {
  it('are listed, and others can be ended one by one or all at once', async () => {
    const { page, complaints } = await visit('/');
    for (let i = 0; i < 3; i++) {
      const code = await service.miniProgramCode('linus');
      await service.api('POST', '/auth/wechat/mini-program', { code });
    }
    await remember(page, 'linus');
    await page.reload();
    await title(page, 'You are logged in');
    const items = sessionsOf(page);
    expect(await items.count()).toBe(4);
    await page
      .getByRole('button', { name: /^End the session of / })
      .first()
      .click();
    await page.getByText('That session has ended').waitFor();
    expect(await items.count()).toBe(3);
    await press(page, 'End all others');
    await page.getByText('All other sessions have ended').waitFor();
    expect(await items.count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('survive the end of the access cookie without a word', async () => {
    const { page } = await visit('/');
    await remember(page, 'grace');
    await page.context().clearCookies({ name: 'wxpass_access' });
    await page.reload();
    await title(page, 'You are logged in');
    expect((await page.context().cookies()).map(({ name }) => name)).toContain('wxpass_access');
  });

  it('end in this browser by logging out, in its other tabs too', async () => {
    const { page } = await visit('/');
    await remember(page, 'ada');
    await page.reload();
    await title(page, 'You are logged in');
    const other = await page.context().newPage();
    await other.goto(`${service.url}/`);
    await title(other, 'You are logged in');
    await press(page, 'Log out');
    await page.getByText('You have logged out.').waitFor();
    await title(other, 'Log in');
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['wxpass_browser']);
  });

  it('that were ended elsewhere say so', async () => {
    const { page } = await visit('/');
    await remember(page, 'mallory');
    await page.reload();
    await title(page, 'You are logged in');
    const code = await service.miniProgramCode('mallory');
    const login = await service.api('POST', '/auth/wechat/mini-program', { code });
    await service.api('DELETE', '/sessions', undefined, { token: String(login.data.accessToken) });
    await page.reload();
    await page.getByText('This session was ended from another device.').waitFor();
    await title(page, 'Log in');
  });
});

describe('a page that was left', () => {
  const lookAgain = (page: Page) => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
  const transition = (page: Page, name: string) =>
    page.evaluate(`dispatchEvent(new PageTransitionEvent('${name}', { persisted: true }))`);

  it('knows who logged in in another tab as soon as somebody looks, and begins no second session', async () => {
    const { page, complaints } = await visit('/');
    await confirmPath(page);
    await lookAgain(page);
    await page.getByText('Scan the QR code with WeChat').waitFor();
    await remember(page, `left ${process.pid}`);
    await lookAgain(page);
    await title(page, 'You are logged in');
    expect(await sessionsOf(page).count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('shows nobody who is gone, also where the cookies went without a word', async () => {
    const { page } = await visit('/');
    for (const notice of [lookAgain, (one: Page) => press(one, 'Log out')]) {
      await remember(page, 'ada');
      await page.reload();
      await title(page, 'You are logged in');
      await page.context().clearCookies();
      await notice(page);
      await title(page, 'Log in');
    }
  });

  it('keeps the doors of who wants another account', async () => {
    const { page } = await visit('/');
    await remember(page, 'ada');
    await page.goto(service.url + loginForApp());
    await press(page, 'Use another account');
    await confirmPath(page);
    await lookAgain(page);
    await page.getByText('Scan the QR code with WeChat').waitFor();
    await remember(page, 'grace');
    await lookAgain(page);
    await page.getByRole('button', { name: /^Continue as / }).waitFor();
  });

  it('is hidden while the browser keeps it, and loaded anew by going back', async () => {
    const { page } = await visit('/');
    await remember(page, 'ada');
    await page.reload();
    await title(page, 'You are logged in');
    await transition(page, 'pagehide');
    expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(false);
    await page.context().clearCookies();
    await transition(page, 'pageshow');
    await title(page, 'Log in');
  });
});

describe('a browser that cannot', () => {
  it('keep cookies is told so', async () => {
    const { page, complaints } = await visit('about:blank');
    await page.addInitScript(`
      const refuse = { get() { throw new DOMException('no', 'SecurityError'); } };
      for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, refuse);
      Object.defineProperty(Navigator.prototype, 'cookieEnabled', { get: () => false });`);
    for (const path of ['/', '/login/confirm?scan=q3Jx0Vd9u2Kc7LmNfT5wYbZs']) {
      await page.goto(service.url + path);
      await page.getByText('This page needs cookies').waitFor();
    }
    expect(complaints).toEqual([]);
  });

  it('run scripts is told so, and that nothing loads', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: 'en' });
    try {
      const page = await context.newPage();
      await page.goto(service.url);
      await page.locator('noscript .notice').waitFor();
      expect(await page.getByText('Loading…').isVisible()).toBe(false);
    } finally {
      await context.close();
    }
  });
});

it('a login that failed elsewhere is told in words with its trace id, once', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const { page, complaints, look } = await visit(`/login?error=state_invalid&traceId=${traceId}`);
  await page.getByText('Scan the QR code with WeChat').waitFor();
  expect(await page.getByRole('alert').textContent()).toMatch(
    new RegExp(`expired.* Trace id ${traceId}`, 's'),
  );
  expect(page.url()).toBe(`${service.url}/login`);
  expect(await look('failed-elsewhere')).toEqual([]);
  await page.reload();
  await page.getByText('Scan the QR code with WeChat').waitFor();
  expect(await page.getByRole('alert').textContent()).toBe('');
  expect(complaints).toEqual([]);
});

it('text grows with the size that a person has chosen, the code’s own too', async () => {
  const { page } = await visit('about:blank');
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setFontSizes', { fontSizes: { standard: 32 } });
  await page.setViewportSize({ width: 640, height: 800 });
  await page.goto(service.url);
  await confirmPath(page);
  const inside = `document.querySelector('wx-login').shadowRoot.querySelector('.status')`;
  for (const one of ['document.body', inside]) {
    expect(await page.evaluate(`getComputedStyle(${one}).fontSize`)).toBe('32px');
  }
  const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
  expect(await page.evaluate(overflow)).toBe(0);
});

describe('inside WeChat', () => {
  it('a tap asks for the profile, and logs in', async () => {
    const { page } = await visit('/', { device: 'wechat' });
    await press(page, 'Log in with WeChat');
    expect(new URL(page.url()).searchParams.get('scope')).toBe('snsapi_userinfo');
    await page.locator('button[value=confirm]').click();
    await title(page, 'You are logged in');
  });

  it('a snapshot page says what to tap', async () => {
    const { page, look } = await visit('/', { device: 'wechat' });
    await press(page, 'Log in with WeChat');
    await page.locator('button[value=snapshot]').click();
    await page.getByRole('button', { name: 'Log in with WeChat' }).waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('Tap “使用完整服务” (use full service)');
    expect(await look('snapshot')).toEqual([]);
    expect(new URL(page.url()).searchParams.has('error')).toBe(false);
  });

  it('who comes for an app is known without a tap, once; going back shows a button', async () => {
    const { page } = await visit('/', { device: 'wechat' });
    await page.goto(service.url + loginForApp());
    await loginCodeAt(page, `${app.origin}/start?tab=1`);
    await page.goto(service.url + loginForApp());
    await page.getByRole('button', { name: 'Log in with WeChat' }).waitFor();
    expect(page.url()).toBe(service.url + loginForApp());
  });
});

describe('in a phone’s browser outside of WeChat', () => {
  it('the page says what to do, copies its link, and shows a code to another phone', async () => {
    const { page } = await visit('/', { device: 'phone' });
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await press(page, 'Copy the link');
    await page.getByText('Copied. Open it in WeChat').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`${service.url}/`);
    await page.getByText('Scan with another phone').click();
    await page.getByText('Scan the QR code with WeChat').waitFor();
  });
});

describe('the confirm page', () => {
  it('confirms nothing by being opened, and a refusal keeps the computer out', async () => {
    const { page } = await visit('/');
    const phone = await visit(await confirmPath(page), { device: 'wechat' });
    await title(phone.page, 'Confirm the login');
    await phone.page.getByText('Chrome · Windows').waitFor();
    await phone.page.getByText('127.0.0.1', { exact: true }).waitFor();
    await page.getByText('Please confirm on your phone').waitFor();
    await press(phone.page, 'Refuse');
    await title(phone.page, 'Login refused');
    await page.getByText('You declined on your phone').waitFor();
  });

  it('gives both choices the same size', async () => {
    const { page } = await visit('/');
    const phone = await visit(await confirmPath(page), { device: 'wechat' });
    const sizes = ['Confirm', 'Refuse'].map(async (name) => {
      const box = await phone.page.getByRole('button', { name, exact: true }).boundingBox();
      return { width: box!.width, height: box!.height };
    });
    const [confirm, refuse] = await Promise.all(sizes);
    expect(refuse).toEqual(confirm);
  });

  it('says that another phone holds the scan, that it is gone, and that it expired', async () => {
    const { page } = await visit('/');
    const path = await confirmPath(page);
    const first = await visit(path, { device: 'wechat' });
    await title(first.page, 'Confirm the login');
    const second = await visit('/', { device: 'wechat' });
    await remember(second.page, 'mallory');
    await second.page.goto(service.url + path);
    await second.page.getByText('another phone is deciding it').waitFor();
    await second.page.goto(`${service.url}/login/confirm?scan=${'x'.repeat(24)}`);
    await second.page.getByText('There is no such login').waitFor();
  });

  it('asks a phone outside of WeChat to log in first, and comes back to the scan', async () => {
    const { page } = await visit('/');
    const other = await visit(await confirmPath(page));
    await title(other.page, 'Please log in first');
    await press(other.page, 'Log in');
    await press(other.page, 'Use WeChat’s own QR page');
    await allowAtWechat(other.page);
    await title(other.page, 'Confirm the login');
    await page.getByText('Please confirm on your phone').waitFor();
  });
});

describe('where phone and computer must have one address', () => {
  let near: HostedService;
  const settings = { SCAN_ADDRESS_MISMATCH: 'block', TRUST_PROXY: '127.0.0.1' };
  beforeAll(async () => (near = await startHostedService(settings)));
  afterAll(() => near?.close());

  it('a phone elsewhere is told why, may try again, and can refuse at once', async () => {
    const { page } = await visit(near.url);
    const path = await confirmPath(page);
    const phone = await visit('about:blank', { device: 'wechat' });
    await phone.page.setExtraHTTPHeaders({ 'x-forwarded-for': '203.0.113.7' });
    await phone.page.goto(near.url + path);
    await press(phone.page, 'Confirm');
    await phone.page.getByText('have different addresses').waitFor();
    await phone.page.getByText('put phone and computer on one network').waitFor();
    expect(await phone.look('far')).toEqual([]);
    await press(phone.page, 'Try again');
    await press(phone.page, 'Confirm');
    await press(phone.page, 'Refuse');
    await title(phone.page, 'Login refused');
    await page.getByText('You declined on your phone').waitFor();
  });
});

describe('where a match code is required', () => {
  let strict: HostedService;
  beforeAll(
    async () => (strict = await startHostedService({ SCAN_MATCH_CODE: 'required', SCAN_TTL: '10s' })),
  );
  afterAll(() => strict?.close());

  it('the phone must give what the computer shows, and is told where it does not', async () => {
    const { page } = await visit(strict.url);
    const code = page.locator('wx-login strong');
    const path = await confirmPath(page);
    const shown = await code.textContent();
    const phone = await visit(strict.url + path, { device: 'wechat' });
    const field = phone.page.getByLabel('The number shown on the computer');
    await field.fill(shown === '0000' ? '1111' : '0000');
    await press(phone.page, 'Confirm');
    await phone.page.getByText('This is not what the computer shows').waitFor();
    expect(await phone.look('match-code')).toEqual([]);
    await field.fill(shown!);
    await field.press('Enter');
    await title(page, 'You are logged in');
  });

  it('a code that nobody scans is renewed, and its page says that it expired', async () => {
    const { page } = await visit(strict.url);
    const path = await confirmPath(page);
    const phone = await visit(strict.url + path, { device: 'wechat' });
    await title(phone.page, 'Confirm the login');
    await page.locator(`wx-login img:not([src*="${path.split('=')[1]}"])`).waitFor();
    await press(phone.page, 'Confirm');
    await phone.page.getByText(/has expired/).waitFor();
  });
});

describe('where a mini program alone is configured', () => {
  let small: HostedService;
  beforeAll(async () => {
    const { kind, appId, appSecret } = miniProgram;
    small = await startHostedService({ WECHAT_APPS: JSON.stringify([{ kind, appId, appSecret }]) });
  });
  afterAll(() => small?.close());

  it('a computer shows its code and no other door, and is let in by the mini program', async () => {
    const { page } = await visit(small.url);
    const scanId = (await confirmPath(page)).split('=')[1]!;
    expect(await page.getByRole('button', { name: 'Use WeChat’s own QR page' }).count()).toBe(0);
    const code = await small.miniProgramCode('ada');
    const login = await small.api('POST', '/auth/wechat/mini-program', { code });
    const { scanned, confirm } = phone(small, String(login.data.accessToken));
    expect([(await scanned(scanId)).status, (await confirm(scanId)).status]).toEqual([200, 200]);
    await title(page, 'You are logged in');
  });

  it('a phone can only show the code to another, and inside WeChat there is but the password', async () => {
    const outside = await visit(small.url, { device: 'phone' });
    await outside.page.getByText('Scan with another phone').waitFor();
    expect(await outside.page.getByRole('button').allTextContents()).toEqual(['Log in with a password']);
    const inside = await visit(small.url, { device: 'wechat' });
    await title(inside.page, 'Log in with a password');
    expect(await inside.look('no-door')).toEqual([]);
  });
});

describe('below a path', () => {
  it('the page, its login and its way back are found', async () => {
    const below = await startBelowPath('/accounts');
    try {
      const { page, complaints } = await visit(`${below.url}/`);
      await page.getByText('Scan the QR code with WeChat').waitFor();
      await press(page, 'Use WeChat’s own QR page');
      await allowAtWechat(page);
      await title(page, 'You are logged in');
      expect(new URL(page.url()).pathname).toBe('/accounts/login');
      await press(page, 'Log out');
      await title(page, 'Log in');
      expect(complaints).toEqual([]);
    } finally {
      await below.close();
    }
  });
});

/** Each language and each scheme once; SCREENSHOTS=1 pairs them all, for whoever wants to look. */
const looks = (['zh', 'en'] as const)
  .flatMap((language) => (['light', 'dark'] as const).map((scheme) => ({ language, scheme })))
  .filter(({ language, scheme }) => process.env.SCREENSHOTS || (language === 'zh') === (scheme === 'light'));
const locked = { zh: '账号已被锁定', en: 'The account is locked' };
const endings = { zh: '你已登录', en: 'You are logged in' };

describe.each(looks)('in $language and $scheme', (look) => {
  it('the doors look right on a computer, a phone and inside WeChat', async () => {
    const computer = await visit('/', look);
    await confirmPath(computer.page);
    const shift = `new Promise((resolve) => new PerformanceObserver((list) =>
      resolve(list.getEntries().reduce((sum, { value }) => sum + value, 0))).observe({ type: 'layout-shift', buffered: true })
      || setTimeout(resolve, 500, 0))`;
    expect(await computer.page.evaluate(shift)).toBe(0);
    expect(await computer.look('doors')).toEqual([]);
    for (const device of ['phone', 'wechat'] as const) {
      const one = await visit('/', { ...look, device });
      await one.page.locator('.main').waitFor();
      expect(await one.look('doors')).toEqual([]);
    }
  });

  it('the account looks right on a computer and a phone', async () => {
    for (const device of ['computer', 'phone'] as const) {
      const one = await visit('/', { ...look, device });
      await remember(one.page, `somebody-${look.language}-${look.scheme}`);
      await one.page.reload();
      await title(one.page, endings[look.language]);
      expect(await one.look('account')).toEqual([]);
      await one.page.goto(`${service.url}${loginForApp()}`);
      await one.page.locator('.main').waitFor();
      expect(await one.look('continue')).toEqual([]);
    }
  });

  it('the confirm page looks right, before and after', async () => {
    const { page } = await visit('/', look);
    const phone = await visit(await confirmPath(page), { ...look, device: 'wechat' });
    await phone.page.locator('.main').waitFor();
    expect(await phone.look('confirm')).toEqual([]);
    await page.locator('wx-login .back').waitFor();
    await phone.page.locator('.choice .plain').click();
    await phone.page.locator('.choice').waitFor({ state: 'detached' });
    expect(await phone.look('refused')).toEqual([]);
  });

  it('errors look right', async () => {
    for (const device of ['computer', 'phone'] as const) {
      const one = await visit('/login?returnTo=https://elsewhere.test/', { ...look, device });
      expect(await one.look('return-refused')).toEqual([]);
      await one.page.goto(`${service.url}/login?error=user_locked`);
      await one.page.locator('.main, .plain').first().waitFor();
      expect(await one.page.getByRole('alert').textContent()).toContain(locked[look.language]);
      expect(await one.look('error')).toEqual([]);
    }
  });

  it('an address that is not the own one looks right', async () => {
    const one = await visit(service.url.replace('127.0.0.1', 'localhost'), look);
    await one.page.locator('.main, .plain').first().waitFor();
    expect(await one.look('mismatch')).toEqual([]);
  });
});
