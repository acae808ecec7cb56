import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';

/** What every line of code may know about the request it serves. */
export interface RequestContext {
  /** W3C trace id, 32 hex digits. */
  traceId: string;
  startedAt: number;
  /** Set once the caller is known. */
  userId?: string;
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

const traceparentPattern =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?$/;

/** The trace id of a `traceparent` header (W3C Trace Context), or a new one where it is absent or malformed. */
export function traceIdFrom(traceparent: string | string[] | undefined): string {
  const match = typeof traceparent === 'string' ? traceparentPattern.exec(traceparent) : null;
  return match?.[1] ?? newTraceId();
}

/** The `traceparent` to answer with: same trace, our own span. */
export function traceparentOf(traceId: string): string {
  return `00-${traceId}-${newTraceId().slice(-16)}-01`;
}

/** From the entropy Node keeps at hand for UUIDs. */
function newTraceId(): string {
  return randomUUID().replaceAll('-', '');
}
