import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { isExecutable } from './services/programs.js';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const packages = ['chromium', 'fonts-noto-cjk'];
const installLimitMs = 300_000;
const run = promisify(execFile);

/** Chromium as it is on PATH, else installed from Debian's packages where root may do so. */
export async function launchChromium(): Promise<Browser> {
  if (!findChromium() || !(await canWriteChinese())) await install();
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(remedy('it is not on PATH after the installation'));
  // Chromium's own sandbox does not run as root.
  return chromium.launch({ executablePath, chromiumSandbox: !isRoot() });
}

function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable);
}

/** Where fontconfig is not there to ask, nothing is known to be missing. */
async function canWriteChinese(): Promise<boolean> {
  const fonts = await run('fc-list', [':lang=zh-cn']).catch(() => undefined);
  return fonts === undefined || fonts.stdout.trim() !== '';
}

/** Test files run side by side: whoever comes second waits for the first. */
async function install(): Promise<void> {
  if (!isRoot()) throw new Error(remedy('only root may install it'));
  const options = { timeout: installLimitMs, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const get = ['-o', 'DPkg::Lock::Timeout=240', '-q', '-y'];
  try {
    await run('apt-get', [...get, 'update'], options);
    await run('apt-get', [...get, 'install', '--no-install-recommends', ...packages], options);
  } catch (cause) {
    throw new Error(remedy(cause instanceof Error ? cause.message : String(cause)), { cause });
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function remedy(reason: string): string {
  return [
    `The browser tests need Chromium and a font with Chinese: ${reason.trim()}`,
    `Install them:  apt-get install --no-install-recommends ${packages.join(' ')}`,
  ].join('\n');
}
