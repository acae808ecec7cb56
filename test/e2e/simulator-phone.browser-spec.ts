import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { startHostedService, type HostedService } from '../support/hosted-service.js';
import { visitor, type Visitor, type VisitorOptions } from '../support/visitor.js';

jest.setTimeout(60_000);

const hostile = '<img src=x onerror=alert(1)>';

let browser: Browser;
let service: HostedService;
const visitors: Visitor[] = [];

beforeAll(async () => {
  [browser, service] = [
    await launchChromium(),
    await startHostedService({ SCAN_MATCH_CODE: 'required', SCAN_TTL: '5m' }),
  ];
});
afterEach(async () => {
  for (const one of visitors.splice(0)) await one.close();
  await control('DELETE', 'faults');
});
afterAll(async () => {
  await browser?.close();
  await service?.close();
});

async function visit(options?: VisitorOptions): Promise<Visitor> {
  const one = await visitor(browser, options);
  visitors.push(one);
  await one.page.goto(`${service.url}/simulator`);
  return one;
}

async function control(method: string, path: string, body?: object): Promise<any> {
  const headers = body && { 'content-type': 'application/json' };
  const answer = await fetch(`${service.url}/simulator/control/${path}`, {
    method,
    headers,
    body: body && JSON.stringify(body),
  });
  return answer.json();
}

const computer = (page: Page) => page.frameLocator('.monitor iframe');
const phone = (page: Page) => page.locator('.device');
const pressOnPhone = (page: Page, name: string) =>
  phone(page).getByRole('button', { name, exact: true }).click();
const loggedIn = (page: Page) =>
  computer(page).getByRole('heading', { level: 1, name: 'You are logged in' }).waitFor();
const hold = (page: Page, name: string) => page.getByLabel('or any name').fill(name);
const call = (page: Page, path: string) => page.locator('#calls > li:visible').filter({ hasText: path });

const settingsShown = (page: Page) => page.locator('#settings fieldset:enabled').waitFor();
const settingsAnswered = (page: Page) => page.waitForResponse(/control\/settings$/);

/** What a computer shows for the mini program, beside the one on the left. */
async function beginScan(): Promise<{ content: string; matchCode: string }> {
  const { data } = await service.api('POST', '/auth/scans', { via: 'mini-program' });
  return { content: data.qr.content, matchCode: data.matchCode };
}

async function paste(page: Page, text: string): Promise<void> {
  await page.getByLabel('Or paste what a QR code says').fill(text);
  await pressOnPhone(page, 'Open');
}

describe('the phone', () => {
  it('follows the official account whose code the login page shows, and its link lets the computer in', async () => {
    const { page, complaints } = await visit();
    await hold(page, 'newcomer');
    await pressOnPhone(page, 'Scan');
    await phone(page).getByText('event subscribe').waitFor();
    const digits = await computer(page)
      .getByText(/^\d{4}$/)
      .textContent();
    await phone(page).locator('.bubble a').click();
    const inside = page.frameLocator('.browser iframe');
    await inside.getByRole('textbox').fill(digits!);
    await inside.getByRole('button', { name: 'Confirm' }).click();
    await loggedIn(page);
    expect(complaints).toEqual([]);
  });

  it("allows a website's login that its QR page on the computer asks for", async () => {
    const { page, complaints } = await visit();
    await computer(page).getByRole('button', { name: 'Use WeChat’s own QR page' }).click();
    await computer(page).locator('img.js_qrcode_img').waitFor();
    await phone(page).getByRole('button', { name: 'Website login' }).first().click();
    await pressOnPhone(page, 'Allow');
    await phone(page).getByText('Allowed').waitFor();
    await loggedIn(page);
    expect(complaints).toEqual([]);
  });

  it("cancels a website's login, and the computer stays out", async () => {
    const { page } = await visit();
    await computer(page).getByRole('button', { name: 'Use WeChat’s own QR page' }).click();
    await phone(page).getByRole('button', { name: 'Website login' }).first().click();
    await pressOnPhone(page, 'Cancel');
    await computer(page).getByText('You cancelled this login').waitFor();
  });

  it('shows in the mini program who asks, and confirms with the digits of the computer', async () => {
    const { page, complaints, look } = await visit();
    const { content, matchCode } = await beginScan();
    await paste(page, content);
    await phone(page).getByText('A computer asks to log in as you').waitFor();
    expect(await look('simulator-mini-program')).toEqual([]);
    await phone(page).getByText('127.0.0.1').waitFor();
    await page.getByLabel('Digits on the computer').fill(matchCode);
    await pressOnPhone(page, 'Confirm login');
    await phone(page).getByText('The computer is logged in').waitFor();
    expect(complaints).toEqual([]);
  });

  it('refuses in the mini program, and a second look finds the scan decided', async () => {
    const { page } = await visit();
    const { content } = await beginScan();
    await paste(page, content);
    await pressOnPhone(page, 'Refuse');
    await phone(page).getByText('The computer stays out').waitFor();
    await pressOnPhone(page, 'Back');
    await paste(page, content);
    await phone(page)
      .getByText(/^Trace [0-9a-f]{32}$/)
      .waitFor();
  });

  it('is told by the service whom WeChat lets into no mini program', async () => {
    const { page } = await visit();
    await page.getByLabel('Who holds this phone').selectOption('blocked');
    await paste(page, (await beginScan()).content);
    await phone(page).getByText('WeChat does not let this person log in').waitFor();
    await call(page, '/sns/jscode2session').first().getByText('errcode 40226', { exact: true }).waitFor();
  });

  it('opens nothing that is no link of WeChat, and takes hostile names for text', async () => {
    const { page, complaints } = await visit();
    await hold(page, hostile);
    await paste(page, 'javascript:alert(1)');
    await phone(page).getByText('WeChat opens no links of this kind').waitFor();
    await pressOnPhone(page, 'Back');
    await computer(page).getByRole('button', { name: 'Use WeChat’s own QR page' }).click();
    await phone(page).getByRole('button', { name: 'Website login' }).first().click();
    await phone(page).getByText(hostile).waitFor();
    expect(await phone(page).locator('img').count()).toBe(0);
    const refused = complaints.filter((complaint) => !complaint.includes('400'));
    expect(refused).toEqual([]);
  });
});

describe('beside it', () => {
  it('an ordered fault befalls the next call, the log tells it, and clearing takes the rest', async () => {
    const { page } = await visit();
    await page.getByLabel('Which endpoint').fill('/sns/jscode2session');
    await page.locator('#faults [name=errcode]').fill('45011');
    await page.getByLabel('Times').fill('3');
    await page.getByRole('button', { name: 'Order' }).click();
    await page.getByText('3 × errcode 45011 · /sns/jscode2session').waitFor();
    await paste(page, (await beginScan()).content);
    const line = call(page, '/sns/jscode2session').first();
    await line.getByText('errcode 45011', { exact: true }).waitFor();
    await line.locator('summary').click();
    await line.getByText('"secret": "***"').waitFor();
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.getByText('None ordered.').waitFor();
    expect(await control('GET', 'faults')).toEqual({ faults: [] });
  });

  it('a switch changes how WeChat behaves, and another window sees it', async () => {
    const { page } = await visit();
    const unionids = (of: Page) => of.getByLabel('Tell apps unionids');
    await settingsShown(page);
    await expect(unionids(page).isChecked()).resolves.toBe(true);
    await Promise.all([settingsAnswered(page), unionids(page).uncheck()]);
    const other = await visit();
    await settingsShown(other.page);
    await expect(unionids(other.page).isChecked()).resolves.toBe(false);
    await Promise.all([settingsAnswered(other.page), unionids(other.page).check()]);
    expect(await control('GET', 'settings')).toMatchObject({ unionids: true });
  });

  it.each<VisitorOptions>([
    { language: 'en', scheme: 'light' },
    { language: 'zh', scheme: 'dark' },
    { language: 'zh', scheme: 'light', device: 'phone' },
    { language: 'en', scheme: 'dark', device: 'phone' },
  ])('the page is accessible and fits: %j', async (options) => {
    const { page, look, complaints } = await visit(options);
    await page.locator('.code').first().waitFor();
    await page.locator('#calls li').first().waitFor();
    expect(await look('simulator')).toEqual([]);
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});
