import { setTimeout as pause } from 'node:timers/promises';
import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span as OpenTelemetrySpan,
  type Tracer as OpenTelemetry,
} from '@opentelemetry/api';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { ownVersion } from '../config/own-version.js';
import { traceparentOf, type TraceParent } from '../http/request-context.js';
import { nameOfFailure } from './name-of-failure.js';
import type { RequestSpan, Span, Tracer } from './tracing.js';
import { spanName, type Facts } from './tracing-facts.js';
import { openExporter } from './tracing-exporter.js';
import { ownResource } from './tracing-resource.js';

/** Tracing by OpenTelemetry's SDK; sampling, batches, headers and the rest as its variables in the environment say. */
export class OpenTelemetryTracer implements Tracer {
  private readonly provider: NodeTracerProvider;
  private readonly spans: OpenTelemetry;

  constructor() {
    this.provider = new NodeTracerProvider({
      resource: ownResource(),
      spanProcessors: [new BatchSpanProcessor(openExporter())],
    });
    // Whoever is called is a stranger and learns of no trace, so there is nothing to propagate.
    this.provider.register({ propagator: null });
    this.spans = this.provider.getTracer('wxpass', ownVersion);
  }

  serve(facts: Facts, parent: TraceParent | undefined, request: (span: RequestSpan) => void): void {
    const above = parent ? trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true }) : ROOT_CONTEXT;
    const span = this.spans.startSpan(spanName(facts), { kind: SpanKind.SERVER, attributes: facts }, above);
    const { traceId, spanId, traceFlags } = span.spanContext();
    const own: RequestSpan = {
      traceId,
      traceparent: traceparentOf({ traceId, spanId, traceFlags }),
      note: (more) => note(span, more),
      end: () => span.end(),
    };
    context.with(trace.setSpan(above, span), () => request(own));
  }

  async trace<Result>(facts: Facts, work: (span: Span) => Promise<Result>): Promise<Result> {
    const span = this.spans.startSpan(spanName(facts), { kind: SpanKind.CLIENT, attributes: facts });
    let isFailureKnown = false;
    const noteOf: Span['note'] = (more) => {
      isFailureKnown ||= more['error.type'] !== undefined;
      note(span, more);
    };
    try {
      return await context.with(trace.setSpan(context.active(), span), work, undefined, { note: noteOf });
    } catch (error) {
      if (!isFailureKnown) note(span, { 'error.type': nameOfFailure(error) });
      throw error;
    } finally {
      span.end();
    }
  }

  isRecording(): boolean {
    return trace.getActiveSpan()?.isRecording() === true;
  }

  note(facts: Facts): void {
    const span = trace.getActiveSpan();
    if (span) note(span, facts);
  }

  async stop(withinMs: number): Promise<void> {
    const flushed = this.provider.shutdown().catch(() => undefined);
    await Promise.race([flushed, pause(withinMs, undefined, { ref: false })]);
  }
}

function note(span: OpenTelemetrySpan, facts: Facts): void {
  span.setAttributes(facts);
  if (facts['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
}
