import { setTimeout as sleep } from 'node:timers/promises';
import type { Backends } from '../backends.js';
import { inLanes } from './lanes.js';
import type { Options } from './options.js';
import { startReplicas } from './replicas.js';
import { beginScan, exchange, letIn, newPhone } from './scan.js';
import { countSessions } from './sessions.js';
import { spread, type Spread } from './spread.js';
import { transports, waitBy, type Told } from './transports.js';

/** All scans of one transport. */
export interface Delivery {
  transport: string;
  scans: number;
  /** Scans whose confirmation was 503, because the machine was starved; they may have one session or none. */
  undecided: number;
  /** From the answer to the phone's confirmation to the browser's knowledge; below 0 where that came first. */
  sinceAnswer: Spread;
  sinceConfirm: Spread;
  /** Browsers that were told by another replica than the one that took the confirmation. */
  acrossReplicas: number;
  violations: string[];
}

interface ScanRun {
  transport: string;
  userId: string;
  violations: string[];
  /** Absent where nobody knows whether the phone has confirmed. */
  timing?: { sinceAnswerMs: number; sinceConfirmMs: number; isAcross: boolean };
}

const waitLimitMs = 60_000;
/** One exchange is the browser's, the others repeat it at the same moment. */
const exchangesAtOnce = 3;
/** The one of the phone, and the one of the computer. */
const sessionsExpected = 2;

/** The transports in turn, many scans under way at once, every request to the next replica. */
export async function measureDeliveries(backends: Backends, { scans, lanes }: Options): Promise<Delivery[]> {
  const replicas = await startReplicas(backends);
  try {
    const names = Object.keys(transports);
    const runs = await inLanes(lanes, scans, (i) => runScan(replicas.url, names[i % names.length]!));
    const sessions = await countSessions(backends.databaseUrl);
    for (const run of runs) requireOneSession(run, sessions.get(run.userId) ?? 0);
    return names.map((name) => summary(name, runs));
  } finally {
    await replicas.stop();
  }
}

async function runScan(url: string, transport: string): Promise<ScanRun> {
  const phone = await newPhone(url);
  const scan = await beginScan(url);
  const waiting = waitBy(transport, scan, AbortSignal.timeout(waitLimitMs)).catch(String);
  await sleep(Math.random() * scan.pollMs);
  const confirmation = await letIn(phone, scan, Math.random() * scan.pollMs);
  const run: ScanRun = { transport, userId: phone.userId, violations: [] };
  if (!confirmation) return run;
  const told = await waiting;
  if (typeof told === 'string') return { ...run, violations: [`${transport} told nothing: ${told}`] };
  run.violations.push(...(await exchangeOnce(url, phone.userId, told)));
  const sinceAnswerMs = told.at - confirmation.answeredAt;
  const sinceConfirmMs = told.at - confirmation.sentAt;
  return {
    ...run,
    timing: { sinceAnswerMs, sinceConfirmMs, isAcross: told.replica !== confirmation.replica },
  };
}

/** What was wrong with the exchange, if anything. */
async function exchangeOnce(
  url: string,
  userId: string,
  { view: { loginCode = '' } }: Told,
): Promise<string[]> {
  const replies = await Promise.all(Array.from({ length: exchangesAtOnce }, () => exchange(url, loginCode)));
  const good = replies.filter(({ status }) => status === 200);
  const statuses = replies.map(({ status }) => status).join();
  if (good.length !== 1) return [`${good.length} exchanges of one login code were good: ${statuses}`];
  return good[0]!.data.user.id === userId ? [] : ['the computer is logged in as somebody else'];
}

function requireOneSession({ timing, violations }: ScanRun, sessions: number): void {
  const isRight = sessions === sessionsExpected || (!timing && sessions === sessionsExpected - 1);
  if (!isRight) violations.push(`${sessions - 1} sessions came of one scan`);
}

function summary(transport: string, all: ScanRun[]): Delivery {
  const runs = all.filter((run) => run.transport === transport);
  const timings = runs.flatMap(({ timing }) => timing ?? []);
  return {
    transport,
    scans: runs.length,
    undecided: runs.filter(({ timing, violations }) => !timing && violations.length === 0).length,
    sinceAnswer: spread(timings.map(({ sinceAnswerMs }) => sinceAnswerMs)),
    sinceConfirm: spread(timings.map(({ sinceConfirmMs }) => sinceConfirmMs)),
    acrossReplicas: timings.filter(({ isAcross }) => isAcross).length,
    violations: runs.flatMap(({ violations }) => violations),
  };
}
