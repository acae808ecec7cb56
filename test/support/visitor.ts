import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';

const axeSource = readFileSync(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
const screenshots = join(__dirname, '../screenshots');

const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';
const userAgents = {
  computer:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  phone: `${phone} Version/18.5 Mobile/15E148 Safari/604.1`,
  wechat: `${phone} Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN`,
};

interface Violation {
  id: string;
  nodes: { html: string; failureSummary: string }[];
}

export interface VisitorOptions {
  device?: keyof typeof userAgents;
  language?: 'zh' | 'en';
  scheme?: 'light' | 'dark';
}

export interface Visitor {
  page: Page;
  /** What the browser complained of: errors of scripts, refusals of the policy, what could not be loaded. */
  complaints: string[];
  /** Takes a picture, and tells what axe objects to. */
  look: (name: string) => Promise<string[]>;
  close(): Promise<void>;
}

/** Somebody with a browser of their own. */
export async function visitor(browser: Browser, options: VisitorOptions = {}): Promise<Visitor> {
  const { device = 'computer', language = 'en', scheme = 'light' } = options;
  const context = await browser.newContext({
    userAgent: userAgents[device],
    viewport: device === 'computer' ? { width: 1280, height: 800 } : { width: 390, height: 844 },
    hasTouch: device !== 'computer',
    locale: language === 'zh' ? 'zh-CN' : 'en',
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  // Nothing of the tests leaves the machine: people's pictures come up as if WeChat's servers were away.
  await context.route(/^https?:\/\/(?!127\.0\.0\.1|localhost)/, (route) => route.abort());
  const page = await context.newPage();
  const complaints: string[] = [];
  // Of the context and not the page: other tabs have something to say as well.
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('console', (message) => {
    const isPicture = /qlogo\.cn/.test(message.location().url);
    if (message.type() === 'error' && !isPicture) complaints.push(message.text());
  });
  const look = async (name: string) => {
    const file = [name, device, language, scheme].join('-');
    await page.screenshot({ path: join(screenshots, `${file}.png`), fullPage: true });
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate<{ violations: Violation[] }>('axe.run()');
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  };
  return { page, complaints, look, close: () => context.close() };
}
