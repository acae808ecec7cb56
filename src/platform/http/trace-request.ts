import type { FastifyReply, FastifyRequest } from 'fastify';
import { currentTracer, type RequestSpan } from '../observability/tracing.js';
import type { Facts } from '../observability/tracing-facts.js';
import { ownSpan, parentOf, traceparentOf } from './request-context.js';
import { headOf } from './upgrades.js';

/** Which trace a request belongs to, and the header that says so in its answer. */
export type RequestTrace = Pick<RequestSpan, 'traceId' | 'traceparent'>;

/** Probes come every few seconds and would bury what people do. */
const probes = /^\/(health|metrics)\b/;

/** Serves a request in the trace that its `traceparent` names, else in a new one; as a span where tracing is on. */
export function traceRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  serve: (trace: RequestTrace) => void,
): void {
  const parent = parentOf(request.headers.traceparent);
  const route = request.routeOptions.url;
  const tracer = currentTracer();
  if (!tracer || (route !== undefined && probes.test(route))) {
    const own = ownSpan(parent);
    return serve({ traceId: own.traceId, traceparent: traceparentOf(own) });
  }
  const facts = { 'http.request.method': nameOf(request.method), ...(route && { 'http.route': route }) };
  tracer.serve(facts, parent, (span) => {
    endWithAnswer(span, request, reply);
    serve(span);
  });
}

/** Also where nobody waits for the answer any more, and where it lasts, as a stream or a socket. */
function endWithAnswer(span: RequestSpan, { raw: request }: FastifyRequest, { raw }: FastifyReply): void {
  const isUpgrade = headOf(request) !== undefined;
  // A socket parts from its answer, and otherwise ends with it.
  const last = isUpgrade ? request.socket : raw;
  last.once('close', () => {
    span.note(raw.headersSent ? answered(raw.statusCode) : unanswered(isUpgrade));
    span.end();
  });
}

function answered(statusCode: number): Facts {
  return {
    'http.response.status_code': statusCode,
    ...(statusCode >= 500 && { 'error.type': String(statusCode) }),
  };
}

function unanswered(isUpgrade: boolean): Facts {
  return isUpgrade ? { 'http.response.status_code': 101 } : { 'error.type': 'aborted' };
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

function nameOf(method: string): string {
  return methods.has(method) ? method : '_OTHER';
}
