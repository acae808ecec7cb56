import autocannon, { type Client, type Request, type Result } from 'autocannon';

/** What one connection sends, and what it learns from the answers. */
export interface Lane {
  next(): Request;
  answered?(status: number, body: string): void;
  /** All its requests are alike, so that they need not be built one by one. */
  isConstant?: boolean;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  errors: number;
  /** Milliseconds, in order. */
  latencies: Float64Array;
}

/** Keeps each lane's connection busy, one request at a time, for so many seconds. */
export async function load(url: string, lanes: Lane[], seconds: number): Promise<LoadResult> {
  const latencies: number[] = [];
  let client = 0;
  const result = await autocannon({
    url,
    connections: lanes.length,
    duration: seconds,
    excludeErrorStats: true,
    setupClient: (connection) => {
      follow(connection, lanes[client++ % lanes.length]!);
      connection.on('response', (_status, _bytes, ms) => latencies.push(ms));
    },
  });
  return {
    requests: latencies.length,
    seconds: secondsOf(result),
    errors: result.errors + result.non2xx,
    latencies: Float64Array.from(latencies).sort(),
  };
}

export function percentile(ordered: Float64Array, share: number): number {
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? NaN;
}

function follow(connection: Client, lane: Lane): void {
  const onResponse = (status: number, body: string) => lane.answered?.(status, body);
  if (lane.isConstant) connection.setRequests([lane.next()]);
  else connection.setRequests([{ setupRequest: (request) => ({ ...request, ...lane.next() }), onResponse }]);
}

function secondsOf({ start, finish }: Result): number {
  return (new Date(finish).getTime() - new Date(start).getTime()) / 1000;
}
