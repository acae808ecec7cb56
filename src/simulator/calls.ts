import type { FastifyRequest } from 'fastify';
import { shownBody, shownParameters } from './call-secrets.js';
import type { Fault } from './faults.js';
import { queryOf } from './wechat-request.js';

const mostCalls = 200;

/** One call as WeChat saw it. */
export interface Call {
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

  record(request: FastifyRequest, path: string, now: number): Call {
    const query = shownParameters(Object.fromEntries(queryOf(request)));
    const at = new Date(now).toISOString();
    const call: Call = { at, method: request.method, path, query, fault: null, answer: null };
    this.byRequest.set(request, call);
    this.calls.push(call);
    if (this.calls.length > mostCalls) this.calls.shift();
    return call;
  }

  /** Adds what was posted, once it is read. */
  recordBody(request: FastifyRequest): void {
    const [call, body] = [this.of(request), shownBody(request.body)];
    if (call && body !== undefined) call.body = body;
  }

  of(request: FastifyRequest): Call | undefined {
    return this.byRequest.get(request);
  }

  list(): readonly Call[] {
    return this.calls;
  }
}
