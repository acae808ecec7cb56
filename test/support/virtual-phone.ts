import type { HostedService } from './hosted-service.js';
import { phone } from './scan.js';
import type { Visitor } from './visitor.js';

/** The simulated phone in the hand of a person, in a browser of its own. */
export async function virtualPhone({ page }: Visitor, { url }: HostedService, person: string) {
  await page.goto(`${url}/simulator`);
  await page.getByLabel('or any name').fill(person);
  const screen = page.locator('.device');
  const press = (name: string) => screen.getByRole('button', { name, exact: true }).click();
  return {
    screen,
    press,
    /** The browser inside WeChat. */
    inside: page.frameLocator('.browser iframe'),
    /** Takes the text for what the camera has read. */
    read: async (text: string) => {
      await page.getByLabel('Or paste what a QR code says').fill(text);
      await press('Open');
    },
  };
}

/** A phone without a screen: its mini program has logged in, and decides at once. */
export async function quickPhone(service: HostedService, person: string) {
  const code = await service.miniProgramCode(person);
  const { status, data } = await service.api('POST', '/auth/wechat/mini-program', { code });
  expect([status, data]).toEqual([200, expect.objectContaining({ accessToken: expect.any(String) })]);
  const decides = phone(service, String(data.accessToken));
  const hold = async (scanId: string) => expect((await decides.scanned(scanId)).status).toBe(200);
  return {
    ...decides,
    letIn: async (scanId: string) => {
      await hold(scanId);
      expect((await decides.confirm(scanId)).status).toBe(200);
    },
    refuse: async (scanId: string) => {
      await hold(scanId);
      expect((await decides.reject(scanId)).status).toBe(200);
    },
  };
}
