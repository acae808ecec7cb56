import jsQR from 'jsqr';
import type { Page } from 'playwright-core';

interface Pixels {
  width: number;
  height: number;
  rgba: string;
}

/** What a camera reads that looks at this screen. @throws Error where there is nothing to read */
export async function readQrCode(page: Page): Promise<string> {
  const image = page.locator('wx-login img[src]');
  await image.evaluate((shown: any) => shown.decode());
  const { width, height, rgba } = await pixelsOf(page, await page.screenshot());
  const code = jsQR.default(new Uint8ClampedArray(Buffer.from(rgba, 'base64')), width, height);
  if (!code) throw new Error('No QR code can be read from the screen');
  return code.data;
}

/** Chromium takes the PNG apart itself, on an empty page whose policy allows it. */
async function pixelsOf(page: Page, png: Buffer): Promise<Pixels> {
  const desk = await page.context().newPage();
  try {
    const url = `data:image/png;base64,${png.toString('base64')}`;
    return await desk.evaluate<Pixels>(`(${takeApart})(${JSON.stringify(url)})`);
  } finally {
    await desk.close();
  }
}

const takeApart = `async (url) => {
  const image = await createImageBitmap(await (await fetch(url)).blob());
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const reader = new FileReader();
  reader.readAsDataURL(new Blob([context.getImageData(0, 0, width, height).data]));
  await new Promise((resolve) => (reader.onload = resolve));
  return { width, height, rgba: reader.result.split(',')[1] };
}`;
