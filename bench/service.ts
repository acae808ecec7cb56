import { setTimeout as sleep } from 'node:timers/promises';
import type { Backends } from './backends.js';
import { NodeProcess } from './node-process.js';
import { residentMiB } from './proc.js';

const entry = 'dist/src/main.js';
const startLimitMs = 30_000;
const pollMs = 2;
const quietMs = 2_000;

export interface Service {
  process: NodeProcess;
  url: string;
  /** From spawn to the first 200 of /health/ready. */
  startMs: number;
}

/** What a start costs before the first request. */
export interface StartUp {
  /** With an empty database, so with all migrations and a new signing key. */
  firstStartMs: number;
  startMs: number;
  readyMiB: number;
  idleMiB: number;
}

/** The built service, spawned as production spawns it. */
export async function startService({ env }: Pick<Backends, 'env'>): Promise<Service> {
  const startedAt = performance.now();
  const service = new NodeProcess(entry, { env });
  const url = `http://127.0.0.1:${env.PORT}`;
  await untilReady(url, service);
  return { process: service, url, startMs: performance.now() - startedAt };
}

/** Starts twice, for the first start alone migrates; leaves the second one running. */
export async function measureStart(backends: Backends): Promise<{ service: Service; startUp: StartUp }> {
  const first = await startService(backends);
  await first.process.stop();
  const service = await startService(backends);
  const readyMiB = residentMiB(service.process.pid);
  await sleep(quietMs);
  const idleMiB = residentMiB(service.process.pid);
  return {
    service,
    startUp: { firstStartMs: first.startMs, startMs: service.startMs, readyMiB, idleMiB },
  };
}

async function untilReady(url: string, service: NodeProcess): Promise<void> {
  const deadline = Date.now() + startLimitMs;
  while (!(await answersOk(`${url}/health/ready`))) {
    service.requireAlive();
    if (Date.now() > deadline) throw new Error('the service did not become ready');
    await sleep(pollMs);
  }
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
