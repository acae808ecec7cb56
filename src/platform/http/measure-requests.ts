import type { FastifyInstance } from 'fastify';
import { histograms, type LabelsOf } from '../observability/metric-catalogue.js';
import type { Metrics } from '../observability/metrics.js';
import { currentContext } from './request-context.js';

type Method = LabelsOf<typeof histograms.httpRequestDuration>['method'];

const methods: ReadonlySet<string> = new Set(histograms.httpRequestDuration.labels.method);

/** How long each request took, and which limit refused it. */
export function measureRequests(server: FastifyInstance, metrics: Metrics): void {
  server.addHook('onResponse', ({ method, routeOptions }, { statusCode }, next) => {
    const context = currentContext();
    if (context) {
      // What has no route has whatever path a stranger made up.
      const labels = {
        method: nameOf(method),
        route: routeOptions.url ?? 'none',
        status: String(statusCode),
      };
      metrics.observe('httpRequestDuration', labels, (performance.now() - context.startedAt) / 1000);
      if (context.limit) metrics.count('rateLimited', { limit: context.limit });
    }
    next();
  });
}

function nameOf(method: string): Method {
  return methods.has(method) ? (method as Method) : 'other';
}
