import type { FastifyRequest } from 'fastify';
import { shownBody, shownParameters } from './call-secrets.js';
import type { Fault } from './faults.js';
import { queryOf } from './wechat-request.js';

const mostCalls = 200;

/** One call as WeChat saw it. */
export interface Call {
  /** Counted from 1. */
  id: number;
  /** ISO 8601. */
  at: string;
  method: string;
  path: string;
  /** Secrets are blanked, tokens cut, here and in the body. */
  query: Record<string, string>;
  /** What was posted as JSON. */
  body?: unknown;
  fault: Fault | null;
  /** Null while the call waits. */
  answer: { status: number; contentType: string; body: string | null } | 'hung' | 'reset' | null;
}

/** The last calls, oldest first. */
export class Calls {
  private readonly calls: Call[] = [];
  private readonly byRequest = new WeakMap<FastifyRequest, Call>();
  private readonly changes = new WeakMap<Call, number>();
  private recorded = 0;
  private changed = 0;

  /** Grows with each change of any call. */
  get cursor(): number {
    return this.changed;
  }

  record(request: FastifyRequest, path: string, now: number, fault: Fault | null): Call {
    const query = shownParameters(Object.fromEntries(queryOf(request)));
    const at = new Date(now).toISOString();
    const id = (this.recorded += 1);
    const call: Call = { id, at, method: request.method, path, query, fault, answer: null };
    this.byRequest.set(request, call);
    this.calls.push(call);
    if (this.calls.length > mostCalls) this.calls.shift();
    this.note(call);
    return call;
  }

  /** Adds what was posted, once it is read. */
  recordBody(request: FastifyRequest): void {
    const [call, body] = [this.of(request), shownBody(request.body)];
    if (call && body !== undefined) call.body = body;
  }

  recordAnswer(call: Call, answer: Call['answer']): void {
    call.answer = answer;
    this.note(call);
  }

  of(request: FastifyRequest): Call | undefined {
    return this.byRequest.get(request);
  }

  /** Those that have changed since the cursor stood there. */
  list(since = 0): readonly Call[] {
    return this.calls.filter((call) => (this.changes.get(call) ?? 0) > since);
  }

  private note(call: Call): void {
    this.changed += 1;
    this.changes.set(call, this.changed);
  }
}
