// npm run bench:rolling: two replicas behind nginx, restarted one after the other until many requests were made.
import { restartUnderLoad, type RollingRestart } from '../../test/support/rolling.js';
import { createDatabase } from '../../test/support/services/database.js';
import { startServices } from '../../test/support/services/services.js';
import { describeMachine } from '../report/machine.js';
import { machineLines } from '../report/print.js';
import { save } from '../report/save.js';

const requests = Number(process.env.BENCH_REQUESTS || 20_000);
const load = { crowd: 8, paceMs: 20, requests, restarts: 2 };
/** Longer than nginx keeps a connection in mind, and half of what deploy/kubernetes gives the pods. */
const shutdownDelay = '5s';

const at = new Date().toISOString();
const services = await startServices();
try {
  const machine = await describeMachine(services);
  console.log(`${machineLines(machine)}\n`);
  const { url } = await createDatabase(services.databaseUrl);
  const env = { DATABASE_URL: url, REDIS_URL: services.redisUrl, SHUTDOWN_DELAY: shutdownDelay };
  const outcome = await restartUnderLoad(env, load);
  print(outcome);
  const results = { at, machine, ...outcome };
  console.log(`\n${save(results, machine.commit, 'rolling')}`);
  if (harmOf(outcome) > 0) process.exitCode = 1;
} finally {
  await services.stop();
}

function print({ requests, failures, worstMs, restarts, damage }: RollingRestart): void {
  console.log(`${requests} requests while ${restarts.length} replicas were restarted one after the other`);
  console.log(`failed: ${failures.length}, worst answer ${worstMs.toFixed(0)} ms`);
  for (const failure of failures.slice(0, 20)) console.log(`  ${failure}`);
  console.log(`start to ready, ms:  ${spread(restarts.map(({ readyMs }) => readyMs))}`);
  console.log(
    `SIGTERM to exit, ms: ${spread(restarts.map(({ exitMs }) => exitMs))}, with SHUTDOWN_DELAY ${shutdownDelay}`,
  );
  console.log(`exit codes: ${[...new Set(restarts.map(({ exit }) => exit))].join()}`);
  for (const [kind, cases] of Object.entries(damage)) console.log(`${kind}: ${(cases as string[]).length}`);
}

function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b).map((value) => value.toFixed(0));
  return `${sorted[0]} at best, ${sorted[Math.floor(sorted.length / 2)]} in the middle, ${sorted.at(-1)} at worst`;
}

function harmOf({ failures, damage }: RollingRestart): number {
  return failures.length + Object.values(damage).flat().length;
}
