import { ConfigError } from './config-error.js';
import { loadConfig } from './load-config.js';

const endpoint = 'http://otel-collector:4318';

function faultsOf(env: Record<string, string>): string[] {
  try {
    loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return [...new Set(error.faults.map(({ variable }) => variable))];
    throw error;
  }
  return [];
}

describe('the settings of tracing', () => {
  it.each([
    {},
    { OTEL_SERVICE_NAME: 'named', OTEL_TRACES_SAMPLER: 'always_on' },
    { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' },
  ])('leave it off for %j', (env) => expect(loadConfig(env).tracing).toBeUndefined());

  it.each(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])(
    'turn it on by %s, and are OpenTelemetry’s own',
    (name) =>
      expect(loadConfig({ [name]: `${endpoint}/there`, OTEL_SERVICE_NAME: 'named' }).tracing).toEqual({
        [name]: `${endpoint}/there`,
        OTEL_SERVICE_NAME: 'named',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_TRACES_SAMPLER: 'parentbased_always_on',
        OTEL_TRACES_SAMPLER_ARG: '1',
      }),
  );

  it('take the headers of the collector from a file, for they hold a secret', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS_FILE: '/run/headers' };
    const { tracing } = loadConfig(env, () => 'authorization=Bearer%20token,x-tenant=one\n');
    expect(tracing?.OTEL_EXPORTER_OTLP_HEADERS).toBe('authorization=Bearer%20token,x-tenant=one');
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'otel-collector:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'grpc://otel-collector:4317'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'Bearer token'],
    ['OTEL_TRACES_SAMPLER', 'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '5'],
    ['OTEL_TRACES_SAMPLER_ARG', '5%'],
    ['OTEL_SDK_DISABLED', 'yes'],
  ])('refuse %s=%s rather than fall back in silence', (name, value) =>
    expect(faultsOf({ [name]: value })).toEqual([name]),
  );
});
