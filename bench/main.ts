// npm run bench: the service beside a bare node:http floor doing the same work on the same MariaDB and Redis.
import { startBackends, type Backends } from './backends.js';
import { breakDownLogin, type Breakdown } from './breakdown/breakdown.js';
import { startFloors, targetOf, type Floors } from './floor-target.js';
import { measure, type Measurement, type Target } from './measure.js';
import { endChildrenWithUs } from './node-process.js';
import { readOptions } from './options.js';
import { meetReturningPeople } from './people.js';
import { describeMachine } from './report/machine.js';
import { print } from './report/print.js';
import type { Results } from './report/results.js';
import { save } from './report/save.js';
import { scenarios, type Scenario } from './scenarios.js';
import { measureStart } from './service.js';

const options = readOptions(process.env);
const chosen = chooseScenarios();

endChildrenWithUs();
const backends = await startBackends();
try {
  const results = await run(backends);
  print(results);
  console.log(`\n${save(results, results.machine.commit)}`);
  // Answers that were refused cost less than the work they stand for.
  if (results.measurements.some(({ errors }) => errors > 0)) process.exitCode = 1;
} finally {
  await backends.stop();
}

async function run(backends: Backends): Promise<Results> {
  const at = new Date().toISOString();
  const machine = await describeMachine(backends);
  progress('start');
  const { service, startUp } = await measureStart(backends);
  try {
    await meetReturningPeople(service.url);
    const measurements = await measureScenarios(backends, targetOf('service', service));
    const breakdown = await breakDown(backends);
    return { at, machine, options, startUp, measurements, breakdown };
  } finally {
    await service.process.stop();
  }
}

async function measureScenarios(backends: Backends, service: Target): Promise<Measurement[]> {
  const floors = await startFloors(backends);
  const measurements: Measurement[] = [];
  try {
    for (const scenario of chosen) {
      for (const target of targetsOf(scenario, service, floors)) {
        progress(`${scenario.name} on ${target.name}`);
        measurements.push(await measure(scenario, target, options));
      }
    }
    return measurements;
  } finally {
    await floors.stop();
  }
}

function targetsOf({ bearer }: Scenario, service: Target, { floor, strictFloor }: Floors): Target[] {
  return bearer ? [service, floor, strictFloor] : [service, floor];
}

async function breakDown(backends: Backends): Promise<Breakdown | undefined> {
  if (!chosen.some(({ name }) => name === 'login')) return undefined;
  progress('parts of a login');
  return breakDownLogin(backends);
}

function chooseScenarios(): Scenario[] {
  const names = scenarios.map(({ name }) => name);
  const unknown = options.only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`BENCH_ONLY: ${unknown.join()} is none of ${names.join()}`);
  return options.only.length === 0 ? scenarios : scenarios.filter(({ name }) => options.only.includes(name));
}

function progress(what: string): void {
  console.error(`bench: ${what}`);
}
