import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { againMs, openStream, unavailable } from './call.js';
import { inLanes } from './lanes.js';
import type { Scan } from './scan.js';

const lanes = 100;
const waitLimitMs = 30_000;

/** Browsers that wait for server-sent events, each for its own scan. */
export interface Streams {
  /** When the browser of this scan read that it is let in. @throws Error where it never does */
  confirmedAt(scan: Scan): Promise<number>;
  isOpen(scan: Scan): boolean;
  leave(): void;
}

/** Resolves once each has been told how its scan stands. */
export async function openStreams(scans: Scan[]): Promise<Streams> {
  const opened = await inLanes(lanes, scans.length, (i) => open(scans[i]!));
  const byScan = new Map(opened.map((stream) => [stream.scan, stream]));
  return {
    confirmedAt: (scan) => withinLimit(byScan.get(scan)!.confirmed),
    isOpen: (scan) => !byScan.get(scan)!.answer.closed,
    leave: () => {
      for (const { answer } of opened) answer.destroy();
    },
  };
}

interface OpenStream {
  scan: Scan;
  answer: IncomingMessage;
  confirmed: Promise<number>;
}

async function open(scan: Scan): Promise<OpenStream> {
  const answer = await openStream(`${scan.url}/events`, { cookie: scan.cookie });
  if (answer.statusCode === 503) return again(scan, answer);
  if (answer.statusCode !== 200) throw new Error(`a stream was refused with ${answer.statusCode}`);
  answer.on('error', () => undefined);
  const told = (status: string) =>
    new Promise<number>((resolve) => {
      answer.on('data', (chunk: Buffer) => {
        if (chunk.includes(`event: status\ndata: {"status":"${status}"`)) resolve(performance.now());
      });
    });
  const confirmed = told('confirmed');
  await withinLimit(told('pending'));
  return { scan, answer, confirmed };
}

async function again(scan: Scan, refusal: IncomingMessage): Promise<OpenStream> {
  refusal.destroy();
  unavailable.answers += 1;
  await sleep(againMs);
  return open(scan);
}

async function withinLimit<T>(told: Promise<T>): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(new Error(`a stream said nothing for ${waitLimitMs} ms`)), waitLimitMs);
  });
  return Promise.race([told, tooLate]).finally(() => clearTimeout(limit));
}
