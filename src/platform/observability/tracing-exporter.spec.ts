import { ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult, TraceState } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { facts } from './tracing-facts.js';
import { AllowListExporter } from './tracing-exporter.js';

const secret = '0123456789abcdef0123456789abcdef';
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const remote = {
  traceId,
  spanId: '00f067aa0ba902b7',
  traceFlags: TraceFlags.SAMPLED,
  isRemote: true,
  traceState: new TraceState(`vendor=${secret}`),
};

function exported(make: (provider: BasicTracerProvider) => void): ReadableSpan[] {
  const memory = new InMemorySpanExporter();
  const exporter = new AllowListExporter(memory, () => undefined);
  make(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
  return memory.getFinishedSpans();
}

describe('the exporter of spans', () => {
  it('lets out nothing that the list does not allow, whoever made the span', () => {
    const [span] = exported((provider) => {
      const made = provider.getTracer('another').startSpan(
        `GET /sns/jscode2session?secret=${secret}`,
        {
          attributes: { 'http.url': `https://api.weixin.qq.com/?secret=${secret}` },
          links: [{ context: remote }],
        },
        trace.setSpanContext(ROOT_CONTEXT, remote),
      );
      made.setAttributes({
        'http.request.method': 'GET',
        'url.full': `https://api.weixin.qq.com/?secret=${secret}`,
        'url.query': `secret=${secret}`,
        'db.statement': `SELECT '${secret}'`,
        'db.query.text': `SELECT '${secret}'`,
        'http.request.header.authorization': [`Bearer ${secret}`],
        'user_agent.original': secret,
        'client.address': '203.0.113.7',
        __proto__secret: secret,
        toString: secret,
      });
      made.recordException(new Error(`Duplicate entry '${secret}'`));
      made.addEvent(secret, { secret });
      made.setStatus({ code: SpanStatusCode.ERROR, message: secret });
      made.end();
    });
    expect(span).toMatchObject({
      name: 'GET',
      attributes: { 'http.request.method': 'GET' },
      status: { code: SpanStatusCode.ERROR },
      events: [],
      links: [],
    });
    expect(Object.keys(span!.attributes)).toEqual(['http.request.method']);
    expect(span!.spanContext().traceId).toBe(traceId);
    expect(span!.parentSpanContext?.spanId).toBe(remote.spanId);
    const all = [span, span!.spanContext(), span!.parentSpanContext];
    expect(JSON.stringify(all)).not.toContain(secret);
    expect(span!.spanContext().traceState?.serialize()).toBeUndefined();
  });

  it.each(Object.keys(facts))('lets out no %s that has not its form', (name) => {
    const wrong = [`?secret=${secret}`, `${secret} ${secret}`, [secret], 'a\nb', `'${secret}'`, ''];
    const spans = exported((provider) => {
      for (const value of wrong) {
        provider
          .getTracer('another')
          .startSpan('any', { attributes: { [name]: value } })
          .end();
      }
    });
    expect(spans.map(({ attributes, name: called }) => [called, attributes])).toEqual(
      wrong.map(() => ['unnamed', {}]),
    );
  });

  it('calls spans by what they may say', () => {
    const said = [
      { 'http.request.method': 'POST', 'http.route': '/api/v1/auth/scans/:scanId/confirm' },
      { 'http.request.method': 'GET', 'url.template': '/sns/jscode2session' },
      { 'db.system.name': 'mariadb', 'db.query.summary': 'SELECT sessions users' },
      { 'http.request.method': '_OTHER' },
    ];
    const spans = exported((provider) => {
      for (const attributes of said) provider.getTracer('own').startSpan(secret, { attributes }).end();
    });
    expect(spans.map(({ name }) => name)).toEqual([
      'POST /api/v1/auth/scans/:scanId/confirm',
      'GET /sns/jscode2session',
      'mariadb SELECT sessions users',
      '_OTHER',
    ]);
  });

  it('tells the beginning and the end of an outage once, without the words of the collector', () => {
    const results: ExportResult[] = [
      { code: ExportResultCode.SUCCESS },
      { code: ExportResultCode.FAILED, error: Object.assign(new Error(secret), { code: 401, data: secret }) },
      { code: ExportResultCode.FAILED, error: Object.assign(new Error(secret), { code: 'ECONNREFUSED' }) },
      { code: ExportResultCode.SUCCESS },
      { code: ExportResultCode.FAILED, error: new Error(secret) },
    ];
    const told: string[] = [];
    const collector: SpanExporter = {
      export: (_, done) => done(results.shift()!),
      shutdown: () => Promise.resolve(),
    };
    const exporter = new AllowListExporter(collector, (message) => told.push(message));
    while (results.length > 0) exporter.export([], () => undefined);
    expect(told).toEqual([
      'spans cannot be sent and are lost: HTTP 401',
      'spans are sent again',
      'spans cannot be sent and are lost: Error',
    ]);
  });
});
