import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { startHostedService, type HostedService } from '../support/hosted-service.js';
import { readQrCode } from '../support/read-qr-code.js';
import { serveExamples, type Examples } from '../support/serve-examples.js';
import { virtualPhone } from '../support/virtual-phone.js';
import { visitor, type Visitor } from '../support/visitor.js';

jest.setTimeout(60_000);

let browser: Browser;
let examples: Examples;
let service: HostedService;
const visitors: Visitor[] = [];

beforeAll(async () => {
  [browser, examples] = [await launchChromium(), await serveExamples()];
  service = await startHostedService({ CORS_ORIGINS: examples.origin });
});
afterEach(async () => {
  for (const one of visitors.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
  await examples?.close();
});

async function visit(url: string): Promise<Visitor> {
  const one = await visitor(browser);
  visitors.push(one);
  await one.page.goto(url);
  return one;
}

const greeting = (page: Page) => page.getByText(/^Hello, /);
const code = (page: Page) => page.getByText('Scan the QR code with WeChat');

describe.each(['plain', 'vue', 'react'])('<wx-login> in the %s page, on another origin', (name) => {
  it('logs in by a scan, survives a reload, and logs out', async () => {
    const { page, complaints } = await visit(`${examples.origin}/examples/${name}.html?base=${service.url}`);
    await code(page).waitFor();
    const phone = await virtualPhone(await visit('about:blank'), service, 'ada');
    await phone.read(await readQrCode(page));
    await phone.press('Confirm login');
    await greeting(page).waitFor();
    await page.reload();
    await greeting(page).waitFor();
    expect(await page.locator('wx-login').count()).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('Signed out: logged_out').waitFor();
    await code(page).waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('new WxLogin, on a page that used WeChat’s own script', () => {
  const element = join(__dirname, '../../sdk/web/dist/wx-login.js');

  it('shows the code with the page’s own style, and begins anew only where something changed', async () => {
    const { page, complaints } = await visit(`${examples.origin}/examples/plain.html?base=${service.url}`);
    await page.route('**/wx-login.js', (route) => route.fulfill({ path: element }));
    const style = Buffer.from(".title::after { content: '微信' }").toString('base64');
    const options = {
      id: 'login',
      via: 'official-account',
      base_url: service.url,
      redirect_uri: encodeURIComponent(`${examples.origin}/back`),
      style: 'white',
      href: `data:text/css;base64,${style}`,
    };
    const isReady = await page.evaluate(`import('/wx-login.js').then(({ WxLogin }) => new Promise(
      (onReady) => { window.shown = new WxLogin({ ...${JSON.stringify(options)}, onReady }).element; }))`);
    expect(isReady).toBe(true);
    const title = `getComputedStyle(shown.shadowRoot.querySelector('.title'), '::after').content`;
    expect(await page.evaluate(title)).toBe('"微信"');
    expect(await page.evaluate(`[...shown.attributes].map(({ name, value }) => name + '=' + value)`)).toEqual(
      [
        `return-to=${examples.origin}/back`,
        'color-scheme=dark',
        `base-url=${service.url}`,
        'via=official-account',
      ],
    );
    const source = () => page.evaluate(`shown.shadowRoot.querySelector('img').src`);
    const before = await source();
    await page.evaluate(`shown.setAttribute('via', 'official-account')`);
    await page.evaluate(`new Promise((resolve) => setTimeout(resolve, 500))`);
    expect(await source()).toBe(before);
    await page.evaluate(`new Promise((resolve) => {
      shown.addEventListener('ready', resolve, { once: true });
      shown.setAttribute('via', 'mini-program');
    })`);
    expect(await source()).not.toBe(before);
    expect(complaints).toEqual([]);
  });
});
