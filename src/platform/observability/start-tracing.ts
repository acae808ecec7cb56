import type { Config } from '../config/config.js';
import { useTracer } from './tracing.js';

/**
 * Records from now on, if the configuration says where to; call before anything opens a connection. OpenTelemetry is
 * loaded here and nowhere else.
 */
export async function startTracing({ tracing }: Config): Promise<void> {
  if (!tracing) return;
  // OpenTelemetry's packages read their variables themselves: secrets from files and .env must be there too.
  Object.assign(process.env, tracing);
  const { OpenTelemetryTracer } = await import('./open-telemetry-tracer.js');
  useTracer(new OpenTelemetryTracer());
}
