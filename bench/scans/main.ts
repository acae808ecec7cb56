// npm run bench:scans: scans over three replicas, and ten thousand browsers that wait on one process.
import { startBackends, type Backends } from '../backends.js';
import { endChildrenWithUs } from '../node-process.js';
import { describeMachine } from '../report/machine.js';
import { save } from '../report/save.js';
import { unavailable } from './call.js';
import { measureDeliveries } from './deliveries.js';
import { readOptions, runLimitMs } from './options.js';
import { print, type ScanResults } from './report.js';
import { measureWaiting } from './waiters.js';

const options = readOptions(process.env);

endChildrenWithUs();
setTimeout(giveUp, runLimitMs).unref();
const backends = await startBackends();
try {
  const results = await run(backends);
  print(results);
  console.log(`\n${save(results, results.machine.commit, 'scans')}`);
  if (results.deliveries.some(({ violations }) => violations.length > 0)) process.exitCode = 1;
} finally {
  await backends.stop();
}

async function run(backends: Backends): Promise<ScanResults> {
  const at = new Date().toISOString();
  const machine = await describeMachine(backends);
  progress(`${options.scans} scans on three replicas`);
  const deliveries = await measureDeliveries(backends, options);
  const waiting = await measureWaiting(backends, options, progress);
  return { at, machine, options, deliveries, waiting, unavailable: unavailable.answers };
}

function giveUp(): void {
  progress('took too long');
  process.exit(1);
}

function progress(what: string): void {
  console.error(`bench: ${what}`);
}
