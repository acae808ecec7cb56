// npm run bench:first-login [-- SOURCE]: seconds from cloning a repository, this one as it was last committed, to a person who is logged in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launchChromium } from '../../test/support/chromium.js';
import { endCommandsWithUs, run } from './command.js';
import { logIn, openPage } from './clicks.js';
import { startService } from './service.js';
import { Stopwatch } from './stopwatch.js';

const source = resolve(process.argv[2] ?? '.');

endCommandsWithUs();
const folder = mkdtempSync(join(tmpdir(), 'wxpass-first-login-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 9 }));
const browser = await launchChromium();
try {
  const watch = new Stopwatch();
  await watch.time('clone', () => run('git', ['clone', '--quiet', '--no-hardlinks', source, folder]));
  await watch.time('npm ci', () => run('npm', ['ci', '--no-audit', '--no-fund'], folder));
  const service = await watch.time('npm start', () => startService(folder));
  try {
    const page = await watch.time('page', () => openPage(browser, service.url));
    const name = await watch.time('clicks', () => logIn(page));
    console.log(`${watch.report()}\n${service.url} says that ${name} is logged in`);
  } finally {
    await service.end();
  }
} finally {
  await browser.close();
}
