import { Logger } from '@nestjs/common';
import type { SpanContext } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import { nameOfFailure } from './name-of-failure.js';
import { isFact, spanName, type Facts } from './tracing-facts.js';

/** Sends spans by OTLP over HTTP, in JSON unless asked for protobuf, to where OpenTelemetry's variables say. */
export function openExporter(): SpanExporter {
  const protobuf = process.env.OTEL_EXPORTER_OTLP_PROTOCOL === 'http/protobuf';
  const logger = new Logger('Tracing');
  return new AllowListExporter(protobuf ? new ProtobufExporter() : new JsonExporter(), (message) =>
    logger.warn(message),
  );
}

/** The only way out: whoever made a span, no more of it is exported than the list allows. */
export class AllowListExporter implements SpanExporter {
  private isFailing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly warn: (message: string) => void,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans.map(allowed), (result) => {
      this.report(result);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  /** The beginning and the end of an outage, not each batch of it. */
  private report({ code, error }: ExportResult): void {
    const isFailing = code !== ExportResultCode.SUCCESS;
    if (isFailing === this.isFailing) return;
    this.isFailing = isFailing;
    this.warn(isFailing ? `spans cannot be sent and are lost: ${reasonOf(error)}` : 'spans are sent again');
  }
}

/** Words of events and of a status, links and what a trace's state brought along stay here. */
function allowed(span: ReadableSpan): ReadableSpan {
  const attributes = Object.fromEntries(
    Object.entries(span.attributes).filter(([name, value]) => isFact(name, value)),
  ) as Facts;
  return {
    name: spanName(attributes),
    kind: span.kind,
    spanContext: () => withoutState(span.spanContext()),
    parentSpanContext: span.parentSpanContext && withoutState(span.parentSpanContext),
    startTime: span.startTime,
    endTime: span.endTime,
    duration: span.duration,
    ended: span.ended,
    status: { code: span.status.code },
    attributes,
    links: [],
    events: [],
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

function withoutState({ traceId, spanId, traceFlags, isRemote }: SpanContext): SpanContext {
  return { traceId, spanId, traceFlags, isRemote };
}

/** The collector's own words stay out of the log. */
function reasonOf(error: Error | undefined): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'number' ? `HTTP ${code}` : nameOfFailure(error);
}
