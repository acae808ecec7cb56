import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

/** A span as OTLP's JSON has it, with its attributes as an object. */
export interface ExportedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 2 for a server's, 3 for a client's. */
  kind: number;
  attributes: Record<string, unknown>;
  /** 2 for a failure. */
  status: { code?: number; message?: string };
}

interface Export {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface OtlpCollector {
  url: string;
  /** All that came, as it came. */
  exports: Export[];
  spans(): ExportedSpan[];
  /** What each export says of where it comes from. */
  resources(): Record<string, unknown>[];
  /** The spans of a trace, as soon as one of them fulfils this. */
  trace(traceId: string, isThere: (span: ExportedSpan) => boolean): Promise<ExportedSpan[]>;
  close(): Promise<void>;
}

const patienceMs = 15_000;

/**
 * Takes spans by OTLP over HTTP, as a collector does.
 * @param isSilent for one that takes what comes and never answers
 */
export async function startCollector({ isSilent = false } = {}): Promise<OtlpCollector> {
  const exports: Export[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = Buffer.concat(chunks);
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      exports.push({ path: request.url!, headers: request.headers, body: bytes.toString('utf8') });
      if (!isSilent) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const inJson = () => exports.flatMap(({ body }) => (JSON.parse(body) as Payload).resourceSpans);
  const spans = () =>
    inJson()
      .flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans))
      .map((span) => ({ ...span, attributes: asObject(span.attributes) }));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    spans,
    resources: () => inJson().map(({ resource }) => asObject(resource.attributes)),
    async trace(traceId, isThere) {
      const ofTrace = () => spans().filter((span) => span.traceId === traceId);
      for (const started = Date.now(); !ofTrace().some(isThere); await sleep(50)) {
        if (Date.now() - started > patienceMs) throw new Error(`not there: ${JSON.stringify(ofTrace())}`);
      }
      return ofTrace();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

interface Attribute {
  key: string;
  value: Record<string, unknown>;
}

interface Payload {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: (Omit<ExportedSpan, 'attributes'> & { attributes: Attribute[] })[] }[];
  }[];
}

function asObject(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
