// npm run bench:passwords: logins by password, and what they leave of the service for everybody else.
import { startBackends } from '../backends.js';
import { endChildrenWithUs } from '../node-process.js';
import { logInPeople } from '../people.js';
import { describeMachine } from '../report/machine.js';
import { save } from '../report/save.js';
import { startService } from '../service.js';
import { registerAccounts } from './accounts.js';
import { measureCrowd, measureReaders } from './crowd.js';
import { print, type PasswordResults } from './report.js';

const seconds = Number(process.env.BENCH_SECONDS || 8);
const readers = 4;
/** How many log in at the same time, without a pause. */
const crowds = [1, 20, 200];

endChildrenWithUs();
const backends = await startBackends();
try {
  const results = await run();
  print(results);
  console.log(`\n${save(results, results.machine.commit, 'passwords')}`);
} finally {
  await backends.stop();
}

async function run(): Promise<PasswordResults> {
  const at = new Date().toISOString();
  const machine = await describeMachine(backends);
  const service = await startService({
    env: { ...backends.env, REGISTER_LIMIT: '900000000/1h', LOGIN_LIMIT_ACCOUNT: '900000000/1m' },
  });
  try {
    progress('registering');
    const names = await registerAccounts(service.url, Math.max(...crowds));
    const tokens = await logInPeople(service.url, readers);
    progress('readers alone');
    const quiet = await measureReaders(service.url, tokens, seconds);
    const loud = [];
    for (const size of crowds) {
      progress(`${size} log in at once`);
      loud.push(await measureCrowd(service.url, names.slice(0, size), tokens, seconds));
    }
    return { at, machine, seconds, readers, quiet, crowds: loud };
  } finally {
    await service.process.stop();
  }
}

function progress(what: string): void {
  console.error(`bench: ${what}`);
}
