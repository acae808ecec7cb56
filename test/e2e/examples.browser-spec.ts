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
