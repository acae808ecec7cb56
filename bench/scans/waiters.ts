import { setTimeout as sleep } from 'node:timers/promises';
import type { Backends } from '../backends.js';
import { cpuSeconds, residentMiB } from '../proc.js';
import { inLanes } from './lanes.js';
import { openFilesAllowed } from './open-files.js';
import type { Options } from './options.js';
import { startPolling } from './pollers.js';
import { startScanService } from './replicas.js';
import { beginScan, letIn, newPhone, type Phone, type Scan } from './scan.js';
import { spread, type Spread } from './spread.js';
import { openStreams, type Streams } from './streams.js';

/** Browsers that wait on one process; CPU in percent of one core. */
export interface Waiting {
  waiters: number;
  /** Where `waiters` is less, the machine does not allow more. */
  waitersWanted: number;
  /** Waiters whose stream ended meanwhile, because the machine was starved; a browser comes back by itself. */
  cutOff: number;
  /** With nobody there. */
  alone: Cost;
  /** All waiters by server-sent events. */
  streams: Cost;
  kibibytesPerWaiter: number;
  pollers: number;
  pollsPerSecond: number;
  polling: Cost;
  /** As many pollers as there are waiters: reckoned, not measured. */
  allPollingCpuPercent: number;
  deliveries: number;
  /** From the answer to the phone's confirmation to the event in the browser. */
  sinceAnswer: Spread;
  sinceConfirm: Spread;
}

interface Cost {
  cpuPercent: number;
  residentMiB: number;
}

const lanes = 50;
const phones = 20;
/** Descriptors of either process that are no waiter's. */
const otherFiles = 500;
const settleMs = 3_000;

/** Server-sent events, then polling, on a process that has done nothing before. */
export async function measureWaiting(
  backends: Backends,
  options: Options,
  tell: (what: string) => void,
): Promise<Waiting> {
  const waiters = Math.min(options.waiters, openFilesAllowed() - otherFiles);
  tell(`beginning ${waiters} scans`);
  const scans = await beginScans(backends, waiters);
  const { url, process } = await startScanService(backends);
  const idle = () => costOf(process.pid, options.idleSeconds);
  try {
    const holders = await inLanes(phones, phones, () => newPhone(url));
    const alone = await idle();
    tell(`${waiters} streams, then ${options.confirmed} confirmations`);
    const chosen = everyNth(scans, options.confirmed);
    const byStream = await measureStreams(scans, chosen, holders, idle);
    const undecided = scans.filter((scan) => !chosen.includes(scan)).slice(0, options.pollers);
    tell(`${undecided.length} pollers`);
    const byPolling = await measurePolling(undecided, idle);
    const cpuPerPoll = (byPolling.polling.cpuPercent - alone.cpuPercent) / byPolling.pollsPerSecond;
    return {
      waiters,
      waitersWanted: options.waiters,
      alone,
      ...byStream,
      kibibytesPerWaiter: ((byStream.streams.residentMiB - alone.residentMiB) * 1024) / waiters,
      ...byPolling,
      allPollingCpuPercent: alone.cpuPercent + cpuPerPoll * waiters * (1000 / scans[0]!.pollMs),
    };
  } finally {
    await process.stop();
  }
}

async function measureStreams(scans: Scan[], chosen: Scan[], holders: Phone[], idle: () => Promise<Cost>) {
  const open = await openStreams(scans);
  const streams = await idle();
  const cutOff = scans.filter((scan) => !open.isOpen(scan)).length;
  const delivered = await deliver(
    open,
    chosen.filter((scan) => open.isOpen(scan)),
    holders,
  );
  open.leave();
  return { streams, cutOff, ...delivered };
}

async function measurePolling(scans: Scan[], idle: () => Promise<Cost>) {
  const pollers = startPolling(scans);
  const polling = await idle();
  const pollsPerSecond = pollers.rate();
  await pollers.stop();
  return { pollers: scans.length, polling, pollsPerSecond };
}

/** By a process of their own, so that their garbage does not count as the waiters'. */
async function beginScans(backends: Backends, count: number): Promise<Scan[]> {
  const { url, process } = await startScanService(backends);
  try {
    return await inLanes(lanes, count, () => beginScan(url));
  } finally {
    await process.stop();
  }
}

async function costOf(pid: number, seconds: number): Promise<Cost> {
  await sleep(settleMs);
  const [cpuBefore, startedAt] = [cpuSeconds(pid), performance.now()];
  await sleep(seconds * 1000);
  const elapsedSeconds = (performance.now() - startedAt) / 1000;
  const used = cpuSeconds(pid) - cpuBefore;
  return { cpuPercent: (used / elapsedSeconds) * 100, residentMiB: residentMiB(pid) };
}

async function deliver(streams: Streams, scans: Scan[], holders: Phone[]) {
  const answers = await inLanes(phones, scans.length, async (i) => {
    const confirmation = await letIn(holders[i % holders.length]!, scans[i]!, 0);
    if (!confirmation) return [];
    const toldAt = await streams.confirmedAt(scans[i]!);
    return [{ sinceAnswer: toldAt - confirmation.answeredAt, sinceConfirm: toldAt - confirmation.sentAt }];
  });
  const delays = answers.flat();
  return {
    deliveries: delays.length,
    sinceAnswer: spread(delays.map(({ sinceAnswer }) => sinceAnswer)),
    sinceConfirm: spread(delays.map(({ sinceConfirm }) => sinceConfirm)),
  };
}

function everyNth(scans: Scan[], count: number): Scan[] {
  const step = Math.max(1, Math.floor(scans.length / count));
  return scans.filter((_, i) => i % step === 0).slice(0, count);
}
