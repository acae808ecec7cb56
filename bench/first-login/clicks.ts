import type { Browser, FrameLocator, Page } from 'playwright-core';

/** The page with a computer and a phone, once there is a code to scan. */
export async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ locale: 'en', viewport: { width: 1440, height: 900 } });
  await page.goto(url);
  await computer(page).getByText('Scan the QR code with WeChat').waitFor();
  return page;
}

/** Scans, follows the link that the official account sends, confirms; who the computer then says is logged in. */
export async function logIn(page: Page): Promise<string> {
  await scan(page).click();
  await page.locator('.device .bubble a').click();
  await page.frameLocator('.browser iframe').getByRole('button', { name: 'Confirm' }).click();
  await computer(page).getByRole('heading', { level: 1, name: 'You are logged in' }).waitFor();
  return computer(page).locator('.person .name').innerText();
}

function computer(page: Page): FrameLocator {
  return page.frameLocator('.monitor iframe');
}

function scan(page: Page) {
  return page.locator('.device').getByRole('button', { name: 'Scan', exact: true });
}
