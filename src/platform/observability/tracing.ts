import type { TraceParent } from '../http/request-context.js';
import type { Facts } from './tracing-facts.js';

/** A piece of work that a trace shows. */
export interface Span {
  /** Adds what has become known; an `error.type` marks it as failed. */
  note(facts: Facts): void;
}

/** The span of a request, which the requester may have named by a `traceparent`. */
export interface RequestSpan extends Span {
  /** W3C trace id, 32 hex digits. */
  readonly traceId: string;
  /** The header that says which span this is. */
  readonly traceparent: string;
  end(): void;
}

/** Records what the service does; there is none while tracing is off, and then OpenTelemetry is not even loaded. */
export interface Tracer {
  /** Runs what serves a request within its span. */
  serve(facts: Facts, parent: TraceParent | undefined, request: (span: RequestSpan) => void): void;
  /** Runs work in a span of its own, below the one it is called in; what it throws marks the span. */
  trace<Result>(facts: Facts, work: (span: Span) => Promise<Result>): Promise<Result>;
  /** Whether somebody would see a span below this one; else it is not worth making one. */
  isRecording(): boolean;
  /** Adds to the span that runs. */
  note(facts: Facts): void;
  /** Sends what is left, for no longer than this. */
  stop(withinMs: number): Promise<void>;
}

const stopLimitMs = 1000;
const unseen: Span = { note: () => undefined };
let tracer: Tracer | undefined;

export function useTracer(given: Tracer | undefined): void {
  tracer = given;
}

export function currentTracer(): Tracer | undefined {
  return tracer;
}

/** Does the work, in a span of its own where tracing is on. */
export function traced<Result>(facts: Facts, work: (span: Span) => Promise<Result>): Promise<Result> {
  return tracer ? tracer.trace(facts, work) : work(unseen);
}

/** The same for what happens so often that it counts only as a part of something that is seen. */
export function tracedAsPart<Result>(facts: () => Facts, work: () => Promise<Result>): Promise<Result> {
  return tracer?.isRecording() ? tracer.trace(facts(), work) : work();
}

/** Adds to the span that runs, if there is one. */
export function noteInTrace(facts: Facts): void {
  tracer?.note(facts);
}

/** Sends the last spans; a collector that does not answer holds up nothing. */
export async function stopTracing(withinMs: number): Promise<void> {
  await tracer?.stop(Math.min(withinMs, stopLimitMs));
}
