import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { startHostedService, type HostedService } from '../support/hosted-service.js';
import { events, socket } from '../support/scan.js';
import { quickPhone } from '../support/virtual-phone.js';
import { visitor, type Visitor, type VisitorOptions } from '../support/visitor.js';

jest.setTimeout(60_000);

const attackerAddress = '203.0.113.7';
const victimAddress = '198.51.100.9';

let browser: Browser;
const visitors: Visitor[] = [];

beforeAll(async () => (browser = await launchChromium()));
afterEach(async () => {
  for (const one of visitors.splice(0)) await one.close();
});
afterAll(() => browser?.close());

/** Somebody whose requests reach the service from this address. */
async function from(address: string, url: string, options?: VisitorOptions): Promise<Visitor> {
  const one = await visitor(browser, options);
  visitors.push(one);
  await one.page.setExtraHTTPHeaders({ 'x-forwarded-for': address });
  await one.page.goto(url);
  return one;
}

const title = (page: Page, text: string) => page.getByRole('heading', { level: 1, name: text }).waitFor();
const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** The scan whose code the attacker shows around. */
async function scanShown(page: Page): Promise<string> {
  await page.getByText('Scan the QR code with WeChat').waitFor();
  return /scans\/([^/]+)\//.exec((await page.locator('wx-login img[src]').getAttribute('src'))!)![1]!;
}

async function cookiesOf(page: Page): Promise<string[]> {
  return (await page.context().cookies()).map(({ name }) => name).sort();
}

/** The victim's phone has read the relayed code, and WeChat has opened its link. */
async function relay({ url }: HostedService, scanId: string, address = victimAddress): Promise<Page> {
  const { page } = await from(address, `${url}/login/confirm?scan=${scanId}`, { device: 'wechat' });
  await title(page, 'Confirm the login');
  return page;
}

describe('a code that is relayed to a phone elsewhere', () => {
  let service: HostedService;
  beforeAll(async () => (service = await startHostedService({ TRUST_PROXY: '127.0.0.1' })));
  afterAll(() => service?.close());

  it('shows the victim the address and the device of who asks, and lets nobody in by being opened', async () => {
    const attacker = await from(attackerAddress, service.url);
    const victim = await relay(service, await scanShown(attacker.page));
    await victim.getByText(attackerAddress, { exact: true }).waitFor();
    await victim.getByText('Chrome · Windows').waitFor();
    await attacker.page.getByText('Please confirm on your phone').waitFor();
    expect(await cookiesOf(attacker.page)).toEqual(['wxpass_browser']);
  });

  it('is worth nothing to the attacker once the victim refuses', async () => {
    const attacker = await from(attackerAddress, service.url);
    const scanId = await scanShown(attacker.page);
    const victim = await relay(service, scanId);
    await press(victim, 'Refuse');
    await title(victim, 'Login refused');
    await attacker.page.getByText('You declined on your phone').waitFor();
    expect(await cookiesOf(attacker.page)).toEqual(['wxpass_browser']);
    await victim.reload();
    await title(victim, 'It cannot be confirmed');
  });

  it('never tells a third browser how it went, though that knows all that the code says', async () => {
    const began = await from(attackerAddress, service.url);
    const scanId = await scanShown(began.page);
    const third = await from(attackerAddress, service.url);
    const own = await scanShown(third.page);
    const before = await allThatAsk(service, third.page, scanId);
    await (await quickPhone(service, 'ada')).letIn(scanId);
    const after = await allThatAsk(service, third.page, scanId);
    await title(began.page, 'You are logged in');
    const nothing = { answers: [...Array<number>(6).fill(404), 1008], told: [] };
    expect([before, after]).toEqual([nothing, nothing]);
    expect(await scanShown(third.page)).toBe(own);
    expect(await cookiesOf(third.page)).toEqual(['wxpass_browser']);
  });

  it('gives a login code that serves the browser alone that began, whoever sees it on its way', async () => {
    const began = await from(attackerAddress, service.url);
    const scanId = await scanShown(began.page);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await began.page.route('**/api/v1/auth/token', async (route) => {
      await held;
      await route.continue();
    });
    const sent = began.page.waitForRequest('**/api/v1/auth/token');
    await (await quickPhone(service, 'ada')).letIn(scanId);
    const { loginCode } = (await sent).postDataJSON() as { loginCode: string };
    for (const codeVerifier of [undefined, 'a'.repeat(43)]) {
      const answer = await service.api('POST', '/auth/token', { loginCode, codeVerifier });
      expect(answer.status).toBe(401);
    }
    release();
    await title(began.page, 'You are logged in');
  });
});

describe('where a phone elsewhere is refused', () => {
  let strict: HostedService;
  beforeAll(async () => {
    strict = await startHostedService({ TRUST_PROXY: '127.0.0.1', SCAN_ADDRESS_MISMATCH: 'block' });
  });
  afterAll(() => strict?.close());

  it('the victim cannot let the attacker in, and refusing ends it', async () => {
    const attacker = await from(attackerAddress, strict.url);
    const victim = await relay(strict, await scanShown(attacker.page));
    await press(victim, 'Confirm');
    await victim.getByText('have different addresses, which the operator does not allow').waitFor();
    await attacker.page.getByText('Please confirm on your phone').waitFor();
    await victim.reload();
    await press(victim, 'Refuse');
    await title(victim, 'Login refused');
    await attacker.page.getByText('You declined on your phone').waitFor();
    expect(await cookiesOf(attacker.page)).toEqual(['wxpass_browser']);
  });

  it('a phone beside the computer lets it in', async () => {
    const computer = await from(victimAddress, strict.url);
    const phone = await relay(strict, await scanShown(computer.page));
    await press(phone, 'Confirm');
    await title(computer.page, 'You are logged in');
  });
});

/** What a browser is told of another's scan, by every way there is to ask, with its cookie and with the id for a token. */
async function allThatAsk(service: HostedService, page: Page, scanId: string) {
  const path = `/auth/scans/${scanId}`;
  const cookies = await page.context().cookies();
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const headers = { cookie, 'x-scan-token': scanId };
  const asked = ['', '?wait=1&status=pending', '/qr.png', '/qr.svg'].map((tail) =>
    service.api('GET', path + tail, undefined, { headers }),
  );
  const cancelled = service.api('DELETE', path, undefined, { headers });
  const place = { base: service.url } as Parameters<typeof events>[0];
  const stream = events(place, path, headers);
  const line = socket(place, path, { headers: { cookie }, first: JSON.stringify({ scanToken: scanId }) });
  const statuses = (await Promise.all([...asked, cancelled])).map(({ status }) => status);
  const answers = [...statuses, (await stream.opened).status, (await line.ended).code];
  return { answers, told: [...(await stream.ended), ...line.views] };
}
