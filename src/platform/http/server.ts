import fastifyCors from '@fastify/cors';
import { maxHeaderSize } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger as Pino } from 'pino';
import type { Config } from '../config/config.js';
import { AppError } from '../errors/app-error.js';
import type { Metrics } from '../observability/metrics.js';
import { EnvelopeAdapter, isApiRoute } from './envelope.adapter.js';
import { clientAddress } from './client-address.js';
import { sendError } from './error.filter.js';
import { currentContext, runInContext } from './request-context.js';
import { parseBodies } from './bodies.js';
import { measureRequests } from './measure-requests.js';
import { securityHeaders } from './security-headers.js';
import { toAppError } from './to-app-error.js';
import { traceRequest } from './trace-request.js';

const bodyLimitBytes = 64 * 1024;
const slowClientMs = 15_000;

/** The HTTP server below Nest: limits, headers, trace, body parsing, the access log and metrics. */
export function createAdapter(config: Config, accessLog: Pino, metrics: Metrics): EnvelopeAdapter {
  const openContext = contextOpener(config);
  const adapter = new EnvelopeAdapter({
    bodyLimit: bodyLimitBytes,
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    requestTimeout: slowClientMs,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    skipMiddie: true,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: false },
    http: { headersTimeout: slowClientMs, connectionsCheckingInterval: 1000, maxHeaderSize },
    // A URL that cannot be read reaches no hook.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      openContext(request, reply, () => sendError(request, reply, toAppError(error))),
  });
  const server = adapter.getInstance<FastifyInstance>();
  server.addHook('onRequest', openContext);
  logRequests(server, accessLog);
  measureRequests(server, metrics);
  parseBodies(server);
  return adapter;
}

/** Exact origins only; without any, no CORS header is ever sent. */
export async function registerCors(server: FastifyInstance, origins: string[]): Promise<void> {
  if (origins.length === 0) return;
  await server.register(fastifyCors, {
    origin: origins,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'traceparent',
      'retry-after',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
    ],
    maxAge: 600,
  });
}

/** Remembers which methods each path has, so that the others can be answered with 405; call before the routes are made. */
export function collectRoutes(server: FastifyInstance): Map<string, Set<string>> {
  const methodsByPath = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    const methods = methodsByPath.get(url) ?? new Set();
    for (const name of [method].flat()) methods.add(name);
    methodsByPath.set(url, methods);
  });
  return methodsByPath;
}

/** Answers every other method of our paths with 405 and what is allowed there. */
export function refuseOtherMethods(server: FastifyInstance, methodsByPath: Map<string, Set<string>>): void {
  const known = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
  for (const [url, methods] of [...methodsByPath]) {
    if (url.includes('*')) continue;
    const allow = [...methods].sort().join(', ');
    const refuse = async (request: FastifyRequest, reply: FastifyReply) => {
      sendError(request, reply.header('allow', allow), new AppError('method_not_allowed'));
      return reply;
    };
    server.route({
      method: known.filter((name) => !methods.has(name)),
      url,
      onRequest: refuse,
      handler: refuse,
    });
  }
}

type OpenContext = (request: FastifyRequest, reply: FastifyReply, next: () => void) => void;

/** Gives a request its trace and its answer the headers of all answers. */
function contextOpener(config: Config): OpenContext {
  const headers = Object.entries(securityHeaders(config));
  return (request, reply, next) => {
    for (const [name, value] of headers) reply.header(name, value);
    if (isApiRoute(request)) reply.header('cache-control', 'no-store');
    traceRequest(request, reply, ({ traceId, traceparent }) => {
      reply.header('traceparent', traceparent);
      runInContext({ traceId, startedAt: performance.now() }, next);
    });
  };
}

const mostPathCharacters = 256;

/** What a stranger sends as a path may be long, or hold a query in other spellings. */
function pathOf({ url }: FastifyRequest): string {
  return url.split(/[?;]|%3[bf]/i, 1)[0]!.slice(0, mostPathCharacters);
}

/** One line a request; the route and the path, never the query, which may carry codes. */
function logRequests(server: FastifyInstance, accessLog: Pino): void {
  server.addHook('onResponse', (request, reply, next) => {
    const context = currentContext();
    accessLog.info(
      {
        method: request.method,
        path: pathOf(request),
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: context ? Math.round((performance.now() - context.startedAt) * 10) / 10 : undefined,
        address: clientAddress(request),
        userId: context?.userId,
      },
      'request',
    );
    next();
  });
}
