import type { Browser, Page, Route } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { startApp, startHostedService, type App, type HostedService } from '../support/hosted-service.js';
import { readQrCode } from '../support/read-qr-code.js';
import { miniProgram } from '../support/start-simulator.js';
import { quickPhone, virtualPhone } from '../support/virtual-phone.js';
import { visitor, type Visitor, type VisitorOptions } from '../support/visitor.js';

jest.setTimeout(60_000);

const { kind, appId, appSecret } = miniProgram;
const miniProgramAlone = { WECHAT_APPS: JSON.stringify([{ kind, appId, appSecret }]) };

let browser: Browser;
let service: HostedService;
const visitors: Visitor[] = [];

beforeAll(async () => {
  [browser, service] = [await launchChromium(), await startHostedService()];
});
afterEach(async () => {
  const complaints = visitors.flatMap((one) => one.complaints);
  for (const one of visitors.splice(0)) await one.close();
  expect(complaints.filter(isOfPolicy)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

const isOfPolicy = (complaint: string) => /content security policy/i.test(complaint);

async function visit(url: string, options?: VisitorOptions): Promise<Visitor> {
  const one = await visitor(browser, options);
  visitors.push(one);
  await one.page.goto(url);
  return one;
}

const phoneOf = async (person: string, at: HostedService) =>
  virtualPhone(await visit('about:blank'), at, person);
const title = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text }).waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
const loggedIn = (page: Page) => title(page, 'You are logged in');

const idIn = (path: string) => /scans\/([^/]+)\//.exec(path)![1]!;
const image = (page: Page) => page.locator('wx-login img[src]');

/** The scan whose code is on the screen. */
async function scanShown(page: Page): Promise<string> {
  await page.getByText('Scan the QR code with WeChat').waitFor();
  return idIn((await image(page).getAttribute('src'))!);
}

/** The scan of the code that takes the place of another. */
async function scanAfter(page: Page, former: string): Promise<string> {
  await page.locator(`wx-login img[src]:not([src*="${former}"])`).waitFor();
  return scanShown(page);
}

/** Makes the next calls of WeChat's fail. */
async function order({ url }: HostedService, fault: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${url}/simulator/control/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  expect(response.status).toBe(200);
}

describe('what the code on the screen says', () => {
  it('leads a phone to the official account, whose link lets the computer in', async () => {
    const { page, complaints } = await visit(service.url);
    const text = await readQrCode(page);
    const phone = await phoneOf('reader', service);
    await phone.read(text);
    await phone.screen.getByText('event subscribe').waitFor();
    await phone.screen.locator('.bubble a').click();
    await phone.inside.getByRole('button', { name: 'Confirm' }).click();
    await loggedIn(page);
    expect(complaints).toEqual([]);
  });

  describe('where a mini program alone is configured', () => {
    let small: HostedService;
    beforeAll(async () => (small = await startHostedService(miniProgramAlone)));
    afterAll(() => small?.close());

    it('leads a phone to the mini program, which lets the computer in', async () => {
      const { page, complaints } = await visit(small.url);
      const text = await readQrCode(page);
      expect(text).toMatch(/^weixin:/);
      const phone = await phoneOf('reader', small);
      await phone.read(text);
      await phone.press('Confirm login');
      await loggedIn(page);
      expect(complaints).toEqual([]);
    });

    it('is the link of the confirm page where WeChat gives no code, and lets the computer in as well', async () => {
      const fault = { path: '/wxa/getwxacodeunlimit', errcode: 45009, times: 9 };
      await order(small, fault);
      const { page } = await visit(small.url);
      const text = await readQrCode(page);
      expect(text).toBe(`${small.url}/login/confirm?scan=${await scanShown(page)}`);
      const phone = await phoneOf('reader', small);
      await phone.read(text);
      await phone.press('Confirm login');
      await loggedIn(page);
    });
  });
});

describe('where a scan lives for eight seconds', () => {
  let brief: HostedService;
  beforeAll(async () => (brief = await startHostedService({ SCAN_TTL: '8s' })));
  afterAll(() => brief?.close());

  it('a code gives way to a new one again and again, and the newest alone lets in', async () => {
    const { page, complaints } = await visit(brief.url);
    const ada = await quickPhone(brief, 'ada');
    const first = await scanShown(page);
    const second = await scanAfter(page, first);
    const third = await scanAfter(page, second);
    expect((await ada.scanned(first)).status).toBe(410);
    await ada.letIn(third);
    await loggedIn(page);
    expect(complaints).toEqual([]);
  });

  it('a code that was scanned and not confirmed in time gives way as well', async () => {
    const ada = await quickPhone(brief, 'ada');
    const { page } = await visit(brief.url);
    const first = await scanShown(page);
    expect((await ada.scanned(first)).status).toBe(200);
    await page.getByText('Please confirm on your phone').waitFor();
    await scanAfter(page, first);
    expect((await ada.confirm(first)).status).toBe(410);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Log in');
  });
});

describe('on the computer', () => {
  it('a refusal is shown, and the next code lets in', async () => {
    const { page, complaints } = await visit(service.url);
    const ada = await quickPhone(service, 'ada');
    const refused = await scanShown(page);
    await ada.refuse(refused);
    await page.getByText('You declined on your phone').waitFor();
    await press(page, 'New QR code');
    await ada.letIn(await scanAfter(page, refused));
    await loggedIn(page);
    expect(complaints).toEqual([]);
  });

  it('a reload while the phone decides begins anew, and what the phone then confirms lets nobody in', async () => {
    const { page } = await visit(service.url);
    const ada = await quickPhone(service, 'ada');
    const left = await scanShown(page);
    await ada.scanned(left);
    await page.getByText('Please confirm on your phone').waitFor();
    await page.reload();
    const next = await scanShown(page);
    expect(next).not.toBe(left);
    expect((await ada.confirm(left)).status).toBe(200);
    expect((await page.context().cookies()).map(({ name }) => name)).toEqual(['wxpass_browser']);
    await ada.letIn(next);
    await loggedIn(page);
  });

  it('two tabs have a scan each, and logging out in one is seen in the other', async () => {
    const { page } = await visit(service.url);
    const other = await page.context().newPage();
    await other.goto(service.url);
    const [here, there] = [await scanShown(page), await scanShown(other)];
    expect(there).not.toBe(here);
    const ada = await quickPhone(service, 'ada');
    await ada.letIn(here);
    await loggedIn(page);
    expect(await scanShown(other)).toBe(there);
    await ada.letIn(there);
    await loggedIn(other);
    await press(other, 'Log out');
    await page.getByText('You have logged out.').waitFor();
    await scanAfter(page, here);
  });

  describe('going back', () => {
    let app: App;
    beforeAll(async () => (app = await startApp()));
    afterAll(() => app?.close());

    it('shows who is logged in, and after logging out no longer', async () => {
      const { page } = await visit(service.url);
      await (await quickPhone(service, 'ada')).letIn(await scanShown(page));
      await loggedIn(page);
      await page.goto(app.origin);
      await page.goBack();
      await loggedIn(page);
      await press(page, 'Log out');
      await title(page, 'Log in');
      await page.goForward();
      await page.goBack();
      await scanShown(page);
    });
  });
});

describe('where events do not come through', () => {
  const obstacles: Record<string, (route: Route) => unknown> = {
    'the connection is cut': (route) => route.abort(),
    'a proxy refuses them': (route) => route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }),
    'a proxy holds them back': () => undefined,
  };

  it.each(Object.keys(obstacles))(
    '%s: the page asks by long polls, and the phone lets it in',
    async (name) => {
      const { page } = await visit('about:blank');
      await page.route('**/api/v1/auth/scans/*/events', obstacles[name]!);
      const poll = page.waitForRequest(/\/api\/v1\/auth\/scans\/[^/]+\?wait=/);
      await page.goto(service.url);
      const scanId = await scanShown(page);
      await poll;
      await (await quickPhone(service, 'ada')).letIn(scanId);
      await loggedIn(page);
    },
  );
});

describe('what is promised to a browser', () => {
  const scripts = (page: Page) => page.evaluate<string>('document.cookie');

  it('cookies: tokens out of reach of scripts, the refresh token sent to its one path alone', async () => {
    const { page } = await visit(service.url);
    await (await quickPhone(service, 'ada')).letIn(await scanShown(page));
    await loggedIn(page);
    const cookies = (await page.context().cookies()).map(({ name, path, httpOnly, secure, sameSite }) => {
      return { name, path, httpOnly, secure, sameSite };
    });
    const shared = { secure: false, sameSite: 'Lax' };
    expect(cookies.sort((one, other) => one.name.localeCompare(other.name))).toEqual([
      { name: 'wxpass_access', path: '/', httpOnly: true, ...shared },
      { name: 'wxpass_browser', path: '/', httpOnly: true, ...shared },
      { name: 'wxpass_csrf', path: '/', httpOnly: false, ...shared },
      { name: 'wxpass_refresh', path: '/api/v1/auth/refresh', httpOnly: true, ...shared },
    ]);
    expect(await scripts(page)).toMatch(/^wxpass_csrf=[^;]+$/);
    const kept = await page.evaluate<string>('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])');
    expect(kept).not.toMatch(/Token|eyJ/);
  });

  it.each(['/', '/login/confirm?scan=aaaaaaaaaaaaaaaaaaaaaaaa'])(
    'policy: %s runs no script but its own, and speaks with nobody else',
    async (path) => {
      const provoked = await visitor(browser);
      const { page, complaints } = provoked;
      await page.goto(service.url + path);
      const violations = await page.evaluate<string[]>(`(async () => {
        const violations = [];
        document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
        const inline = document.createElement('script');
        inline.textContent = 'window.wasRun = true';
        const style = document.createElement('style');
        style.textContent = 'body { color: red }';
        const frame = document.createElement('iframe');
        frame.src = '/health/live';
        document.body.append(inline, style, frame);
        await fetch('http://elsewhere.test/').catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 100));
        return [...violations.sort(), String(window.wasRun)];
      })()`);
      expect(violations).toEqual([
        'connect-src',
        'frame-src',
        'script-src-elem',
        'style-src-elem',
        'undefined',
      ]);
      expect(complaints.filter(isOfPolicy).length).toBeGreaterThanOrEqual(4);
      await provoked.close();
    },
  );
});
