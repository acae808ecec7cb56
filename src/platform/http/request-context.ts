import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { LimitName } from '../errors/limit-names.js';

/** What every line of code may know about the request it serves. */
export interface RequestContext {
  /** W3C trace id, 32 hex digits. */
  traceId: string;
  startedAt: number;
  /** Set once the caller is known. */
  userId?: string;
  /** Set where a limit refuses. */
  limit?: LimitName;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInContext(context: RequestContext, next: () => void): void {
  storage.run(context, next);
}

export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/** The trace id of the running request; a new one outside of any. */
export function currentTraceId(): string {
  return storage.getStore()?.traceId ?? newTraceId();
}

/** What a `traceparent` header names (W3C Trace Context). */
export interface TraceParent {
  /** 32 hex digits. */
  traceId: string;
  /** 16 hex digits. */
  spanId: string;
  /** 1 where the trace is recorded, else 0. */
  traceFlags: number;
}

const traceparentPattern =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** Undefined where the header is absent or malformed. */
export function parentOf(traceparent: string | string[] | undefined): TraceParent | undefined {
  const match = typeof traceparent === 'string' ? traceparentPattern.exec(traceparent) : null;
  return match
    ? { traceId: match[1]!, spanId: match[2]!, traceFlags: Number.parseInt(match[3]!, 16) & 1 }
    : undefined;
}

/** A span of our own in the trace that was named, or in a new one. */
export function ownSpan(parent: TraceParent | undefined): TraceParent {
  return { traceId: parent?.traceId ?? newTraceId(), spanId: newTraceId().slice(-16), traceFlags: 1 };
}

export function traceparentOf({ traceId, spanId, traceFlags }: TraceParent): string {
  return `00-${traceId}-${spanId}-0${traceFlags}`;
}

/** From the entropy Node keeps at hand for UUIDs. */
function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}
