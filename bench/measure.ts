import { load, percentile } from './load.js';
import type { Options } from './options.js';
import { cpuSeconds, residentMiB } from './proc.js';
import type { Scenario } from './scenarios.js';

export interface Target {
  name: string;
  url: string;
  pid: number;
}

export interface Measurement {
  scenario: string;
  target: string;
  requests: number;
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** Of the target's process. */
  cpuMicrosecondsPerRequest: number;
  /** Share of one core that the target used. */
  cpuPercent: number;
  residentMiB: number;
  errors: number;
  /** Share of one core that the load generator used; near 100 it is what was measured. */
  generatorCpuPercent: number;
}

/** Warms up, then measures; the processor's time is the operating system's account of the target. */
export async function measure(
  scenario: Scenario,
  target: Target,
  { connections, warmUpSeconds, seconds }: Options,
): Promise<Measurement> {
  await load(target.url, await scenario.lanes(target.url, connections), warmUpSeconds);
  // The end of a run cuts answers off, and with them what a lane would have gone on with.
  const lanes = await scenario.lanes(target.url, connections);
  const before = { target: cpuSeconds(target.pid), generator: cpuSeconds(process.pid) };
  const run = await load(target.url, lanes, seconds);
  const used = cpuSeconds(target.pid) - before.target;
  return {
    scenario: scenario.name,
    target: target.name,
    requests: run.requests,
    requestsPerSecond: run.requests / run.seconds,
    p50Ms: percentile(run.latencies, 0.5),
    p99Ms: percentile(run.latencies, 0.99),
    cpuMicrosecondsPerRequest: (used / run.requests) * 1e6,
    cpuPercent: (used / run.seconds) * 100,
    residentMiB: residentMiB(target.pid),
    errors: run.errors,
    generatorCpuPercent: ((cpuSeconds(process.pid) - before.generator) / run.seconds) * 100,
  };
}
